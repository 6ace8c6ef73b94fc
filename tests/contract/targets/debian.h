#pragma once
// A Debian system to be changed and thrown away: what the tests run in, with a layer in memory over
// it (overlayfs), in a process that sees nothing else. Code that is wrong breaks no more than that.

#include <filesystem>
#include <gtest/gtest.h>
#include <map>

#include "core/os/command.h"
#include "core/os/files.h"
#include "core/os/handle.h"

namespace muster::apply {

/// systemd as far as services are asked of a system in which it does not run; other programs run.
class WithoutSystemd final : public os::CommandRunner {
 public:
  Result<os::CommandResult> run(const os::Command& command) override;

 private:
  os::PosixCommandRunner programs_;
  std::map<std::string, bool> running_;
};

/// Takes the process into a system of its own, until the end of its life. Needs root.
class Debian {
 public:
  Debian();
  ~Debian();
  Debian(const Debian&) = delete;
  Debian& operator=(const Debian&) = delete;

  /// A second one, in a directory of this one: a system that does not run.
  std::filesystem::path make_directory();

  /// Gives the system at `root` an apt repository of two packages: muster-test-tool, and
  /// muster-test-user, which needs it.
  void add_repository(const std::filesystem::path& root);

 private:
  os::PosixCommandRunner runner_;
  Result<os::TemporaryDirectory> place_;
  os::Handle old_root_;
};

}  // namespace muster::apply
