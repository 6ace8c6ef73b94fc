#pragma once
// The head's services, stopped and started by systemctl(1).

#include <chrono>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/os/command.h"

namespace muster::head {

/// Runs systemctl with these words. Errors: systemd's, with what it says; a unit needs longer than
/// units of ours ever do, such as one that asks somebody at the console.
inline Status systemctl(os::CommandRunner& runner, std::vector<std::string> words) {
  constexpr std::chrono::minutes kPatience{5};
  words.insert(words.begin(), "systemctl");
  TRY(run_checked(runner, {.argv = std::move(words), .timeout = kPatience}));
  return {};
}

}  // namespace muster::head
