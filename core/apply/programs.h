#pragma once
// The programs that apply starts, each with a limit of time.

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/os/command.h"

namespace muster::apply {

/// Owns: nothing; the runner must live longer.
class Programs {
 public:
  /// `root`: the directory that is a program's root; none: it is ours.
  explicit Programs(os::CommandRunner& runner, std::optional<std::filesystem::path> root = {})
      : runner_(runner), root_(std::move(root)) {}

  /// Most do what they do at once; a server that does not answer holds mount(8) for two minutes.
  static constexpr std::chrono::seconds kLimit = std::chrono::minutes(3);

  /// Whatever the program's status is. Errors: as os::CommandRunner::run.
  Result<os::CommandResult> ask(std::vector<std::string> argv,
                                std::chrono::seconds limit = kLimit) const {
    return runner_.run(command(std::move(argv), limit));
  }

  /// Errors: as ask, and a status other than 0.
  Status run(std::vector<std::string> argv, std::chrono::seconds limit = kLimit,
             std::map<std::string, std::string> env = {}) const {
    os::Command each = command(std::move(argv), limit);
    each.env = std::move(env);
    TRY(run_checked(runner_, each));
    return {};
  }

 private:
  os::Command command(std::vector<std::string> argv, std::chrono::seconds limit) const {
    return {.argv = std::move(argv), .root = root_, .timeout = limit};
  }

  os::CommandRunner& runner_;
  std::optional<std::filesystem::path> root_;
};

}  // namespace muster::apply
