#pragma once
// What this machine calls itself.

#include <string>

namespace muster::os {

/// The host name as the kernel has it (gethostname(2)).
std::string read_host_name();

}  // namespace muster::os
