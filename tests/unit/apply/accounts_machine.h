#pragma once
// A machine with the account files of a small Debian system, on which plans are applied.

#include <filesystem>
#include <format>
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/apply/account_files.h"
#include "core/apply/apply.h"
#include "core/apply/target/running_machine.h"
#include "core/os/files.h"

namespace muster::apply {

using plan::EnsureUser;
using plan::RemoveUser;

/// The programs that accounts need; each says what it is told to say.
class FakePrograms final : public os::CommandRunner {
 public:
  Result<os::CommandResult> run(const os::Command& command) override {
    ran.push_back(command.argv);
    const std::string name = std::filesystem::path(command.argv.front()).filename();
    return os::CommandResult{.status = statuses[name], .out = {}, .err = {}};
  }
  std::vector<std::vector<std::string>> ran;
  std::map<std::string, int> statuses;
};

class AccountsTest : public testing::Test {
 protected:
  void SetUp() override {
    write("passwd",
          "root:x:0:0:root:/root:/bin/bash\ngames:x:5:60:games:/usr/games:/bin/sh\n"
          "site:x:10012:100::/srv:/bin/sh\n");
    write("group", "root:x:0:\ngames:x:60:\ncdrom:x:10009:\n");
    write("shadow", "root:*:20000:0:99999:7:::\n", 0640);
    write("gshadow", "root:*::\n", 0640);
  }
  void write(const std::string& name, const std::string& text, std::uint32_t mode = 0644) {
    ASSERT_TRUE(os::write_file(etc() / name, text, {.mode = mode}));
  }
  std::string read(const std::string& name) const { return *os::read_file(etc() / name); }
  std::filesystem::path etc() const { return place_->path() / "etc"; }
  Report run(const plan::Plan& plan, const std::set<std::string, std::less<>>& undecided = {}) {
    RunningMachine machine(programs_, etc());
    return apply(plan, machine, {.undecided = undecided});
  }
  static plan::Plan plan_of(const std::vector<EnsureUser>& users) {
    plan::Plan plan;
    for (const EnsureUser& user : users) plan.add(user);
    return plan;
  }
  AccountFiles files() const {
    AccountFiles files;
    for (const std::string_view name : kAccountFiles) {
      if (!os::is_missing(etc() / name)) files[std::string(name)] = read(std::string(name));
    }
    return files;
  }
  void restore(const AccountFiles& files) {
    for (const auto& [name, text] : files) write(name, text);
  }
  static EnsureUser user(const std::string& name, std::uint32_t uid) {
    return {.name = name, .uid = uid, .full_name = "Of " + name, .home = "/home/" + name};
  }
  static Outcome::Kind kind_of(const Report& report, std::size_t index) {
    return report.outcomes.at(index).kind;
  }

  Result<os::TemporaryDirectory> place_ = os::TemporaryDirectory::make();
  FakePrograms programs_;
};

}  // namespace muster::apply
