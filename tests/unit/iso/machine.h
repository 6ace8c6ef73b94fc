#pragma once
// A machine for tests that plan builds: what its programs answer, and a cache of its own.

#include <algorithm>
#include <gtest/gtest.h>

#include "core/os/files.h"
#include "iso/builder.h"

namespace muster::iso {

/// Answers for apt and dpkg; no program runs.
class Programs : public os::CommandRunner {
 public:
  Result<os::CommandResult> run(const os::Command& command) override {
    commands.push_back(command.argv);
    if (command.argv[0] == fails) return fail_with(command);
    if (command.argv[0] == "dpkg-query")
      return os::CommandResult{.status = 0, .out = versions(command)};
    if (std::ranges::contains(command.argv, "--print-uris")) return announce();
    if (command.argv[0] == "apt-get") return update(command);
    return os::CommandResult{};
  }

  std::string missing;
  /// A program that ends with 1, and writes to its log as a real one does.
  std::string fails;
  std::string update_error;
  /// Why apt cannot install what it is asked for.
  std::string conflict;
  /// Of the package that apt installs.
  std::string version = "257";
  std::vector<std::vector<std::string>> commands;

 private:
  std::string versions(const os::Command& command) const {
    std::string text;
    for (std::size_t i = 4; i < command.argv.size(); ++i) {
      const auto* const status = command.argv[i] == missing ? "config-files" : "installed";
      text += std::format("{} 1.0 {}\n", command.argv[i], status);
    }
    return text;
  }

  os::CommandResult announce() const {
    if (!conflict.empty()) return {.status = 100, .err = conflict + "\n"};
    return {.out = std::format("Reading package lists...\n'http://m.example/s.deb' "
                               "systemd_{}_amd64.deb 9 SHA256:{:064}\n",
                               version, 1)};
  }

  static Result<os::CommandResult> fail_with(const os::Command& command) {
    if (command.log) TRY(os::append_file(*command.log, "why it failed"));
    return os::CommandResult{.status = 1, .err = "why it failed"};
  }

  Result<os::CommandResult> update(const os::Command& command) const {
    static constexpr std::string_view kLists = "-oDir::State::lists=";
    if (!update_error.empty()) return os::CommandResult{.status = 100, .err = update_error};
    for (const auto& argument : command.argv) {
      if (!argument.starts_with(kLists)) continue;
      const auto archive = argument.substr(kLists.size()) + "/m.example_dists_trixie_";
      TRY(os::write_file(archive + "InRelease",
                         "Date: Sat, 06 Sep 2025 08:09:10 UTC\nSHA256:\n 01 1 main/x\n"));
      TRY(os::write_file(archive + "main_binary-amd64_Packages",
                         "Package: linux-image-amd64\n\nPackage: systemd\n"));
    }
    return os::CommandResult{};
  }
};

class Machine : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(
        os::write_file(options.apt / "sources.list", "deb http://m.example/ trixie main\n"));
    ASSERT_TRUE(os::write_file(options.data / "base.list", "systemd\n"));
  }

  os::TemporaryDirectory scratch = os::TemporaryDirectory::make().value();
  Programs programs;
  BuildOptions options = {.out = scratch.path() / "a.iso",
                          .data = scratch.path() / "data",
                          .packages = scratch.path() / "packages",
                          .contents = BuildOptions::Contents::plain_debian,
                          .cache = scratch.path() / "cache",
                          .apt = scratch.path() / "apt"};
};

}  // namespace muster::iso
