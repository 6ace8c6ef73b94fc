#pragma once
// The programs that apply starts on the machine, each with a limit of time.

#include <string>
#include <vector>

#include "core/os/command.h"

namespace muster::apply {

/// Whether a step changed anything.
enum class Effect { unchanged, changed };
using EffectResult = Result<Effect>;

/// Owns: nothing; the runner must live longer.
class Programs {
 public:
  explicit Programs(os::CommandRunner& runner) : runner_(runner) {}

  /// Whatever the program's status is. Errors: as os::CommandRunner::run.
  Result<os::CommandResult> ask(std::vector<std::string> argv) const {
    return runner_.run(command(std::move(argv)));
  }

  /// Errors: as ask, and a status other than 0.
  Status run(std::vector<std::string> argv) const {
    TRY(run_checked(runner_, command(std::move(argv))));
    return {};
  }

 private:
  static os::Command command(std::vector<std::string> argv) {
    return {.argv = std::move(argv), .timeout = std::chrono::minutes(3)};
  }

  os::CommandRunner& runner_;
};

}  // namespace muster::apply
