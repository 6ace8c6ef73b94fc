#pragma once
// The kernel's message buffer.

#include <string>
#include <vector>

namespace muster::os {

/// All records that the buffer holds now, oldest first, in the form of /dev/kmsg (kernel
/// Documentation/ABI/testing/dev-kmsg). None where it may not be read.
std::vector<std::string> read_kernel_log();

}  // namespace muster::os
