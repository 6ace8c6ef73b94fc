#pragma once
// The last lines of a machine's console, for the head: what stood there when a stage failed.

#include <deque>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace muster::agent {

/// Lines that are kept of the agent's own, and of the kernel's.
inline constexpr std::size_t kAgentLines = 8;
inline constexpr std::size_t kKernelLines = 8;

/// The text of a record of /dev/kmsg when its level is warning or worse (kernel
/// Documentation/ABI/testing/dev-kmsg); empty otherwise.
std::string kernel_warning(std::string_view record);

/// Remembers what the agent says.
class ConsoleTail {
 public:
  void add(const std::string& line);
  /// The kernel's last warnings, then the agent's last lines.
  std::vector<std::string> lines() const;

 private:
  std::deque<std::string> said_;
};

}  // namespace muster::agent
