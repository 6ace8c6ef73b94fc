#pragma once
// The head's services, stopped and started by systemctl(1).

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/os/command.h"

namespace muster::head {

/// Runs systemctl with these words. Errors: systemd's, with what it says.
inline Status systemctl(os::CommandRunner& runner, std::vector<std::string> words) {
  words.insert(words.begin(), "systemctl");
  TRY(run_checked(runner, {.argv = std::move(words)}));
  return {};
}

}  // namespace muster::head
