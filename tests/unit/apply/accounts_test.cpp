#include <algorithm>
#include <format>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "core/apply/apply.h"
#include "core/base/text.h"
#include "core/os/file_lock.h"
#include "core/os/files.h"

namespace muster::apply {
namespace {

using plan::EnsureUser;
using plan::RemoveUser;

/// The programs that change accounts, of which userdel does what it says.
class FakePrograms final : public os::CommandRunner {
 public:
  explicit FakePrograms(std::filesystem::path passwd) : passwd_(std::move(passwd)) {}
  Result<os::CommandResult> run(const os::Command& command) override {
    ran.push_back(command.argv);
    if (command.argv.front() == "userdel") {
      TRY_ASSIGN(const std::string text, os::read_file(passwd_));
      std::string kept;
      for (const std::string& line : lines(text)) {
        if (!line.starts_with(command.argv.back() + ":")) kept += line + "\n";
      }
      TRY(os::write_file(passwd_, kept));
    }
    return os::CommandResult{.status = 0, .out = {}, .err = {}};
  }
  std::vector<std::vector<std::string>> ran;

 private:
  std::filesystem::path passwd_;
};

class Accounts : public testing::Test {
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
  Report run(const plan::Plan& plan) {
    return apply(plan, {.runner = programs_, .settings = etc()});
  }
  static EnsureUser user(const std::string& name, std::uint32_t uid) {
    return {.name = name, .uid = uid, .full_name = "Of " + name, .home = "/home/" + name};
  }
  static Outcome::Kind kind_of(const Report& report, std::size_t index) {
    return report.outcomes.at(index).kind;
  }

  Result<os::TemporaryDirectory> place_ = os::TemporaryDirectory::make();
  FakePrograms programs_{etc() / "passwd"};
};

TEST_F(Accounts, a_thousand_people_are_made_without_a_program) {
  plan::Plan plan;
  for (std::uint32_t i = 0; i < 1000; ++i) plan.add(user(std::format("u{}", i), 20000 + i));
  const Report report = run(plan);
  EXPECT_TRUE(report.succeeded());
  EXPECT_EQ(report.changed(), 1000U);
  EXPECT_EQ(lines(read("passwd")).size(), 1003U);
  EXPECT_TRUE(read("passwd").ends_with("u999:x:20999:20999:Of u999:/home/u999:/bin/bash\n"));
  EXPECT_EQ(lines(read("shadow")).size(), 1001U);
  EXPECT_EQ(run(plan).changed(), 0U) << "the second time";
  EXPECT_TRUE(programs_.ran.empty());
}

TEST_F(Accounts, the_checkers_of_debian_find_nothing_wrong_with_them) {
  plan::Plan plan;
  EnsureUser ada = user("ada", 20000);
  ada.home = "/etc";
  ada.shell = "";
  plan.add(ada);
  ASSERT_TRUE(run(plan).succeeded());
  os::PosixCommandRunner runner;
  for (const char* const program : {"pwck", "grpck"}) {
    const auto checked =
        runner.run({.argv = {program, "--root", place_->path().string(), "--read-only"}});
    ASSERT_TRUE(checked) << checked.error().text();
    // Other lines than ours lack a group or a password here.
    EXPECT_TRUE((checked->out + checked->err).contains("games")) << "it read our files";
    EXPECT_FALSE((checked->out + checked->err).contains("ada")) << checked->out << checked->err;
  }
}

TEST_F(Accounts, files_keep_their_modes) {
  plan::Plan plan;
  plan.add(user("ada", 10000));
  ASSERT_TRUE(run(plan).succeeded());
  struct stat now{};
  ASSERT_EQ(stat((etc() / "shadow").c_str(), &now), 0);
  EXPECT_EQ(now.st_mode & 07777U, 0640U);
  ASSERT_EQ(stat((etc() / "passwd").c_str(), &now), 0);
  EXPECT_EQ(now.st_mode & 07777U, 0644U);
}

TEST_F(Accounts, one_person_who_cannot_be_made_keeps_nobody_else_from_it) {
  plan::Plan plan;
  plan.add(user("games", 10000));
  plan.add(user("nobody-has-this", 0));
  plan.add(user("cdrom", 10000));
  plan.add(user("ada", 10009));
  plan.add(user("eve", 10012));
  plan.add(user("bob", 10001));
  plan.add(user("second", 10001));
  const Report report = run(plan);
  for (std::size_t i = 0; i < 7; ++i) {
    EXPECT_EQ(kind_of(report, i), i == 5 ? Outcome::Kind::changed : Outcome::Kind::failed)
        << report.outcomes[i].step << ": " << report.outcomes[i].reason;
  }
  EXPECT_TRUE(report.outcomes[0].reason.contains("already has number 5"));
  EXPECT_TRUE(report.outcomes[2].reason.contains("group 'cdrom' already has number 10009"));
  EXPECT_TRUE(report.outcomes[3].reason.contains("number 10009 is that of group 'cdrom'"));
  EXPECT_TRUE(report.outcomes[4].reason.contains("number 10012 is that of user 'site'"));
  EXPECT_TRUE(report.outcomes[6].reason.contains("number 10001 is that of user 'bob'"));
  EXPECT_EQ(lines(read("passwd")).size(), 4U);
  EXPECT_EQ(read("muster/accounts"), "bob 10001\n");
}

TEST_F(Accounts, accounts_of_the_system_are_known_whoever_lists_them) {
  // An account of Debian that is not in these files: nsswitch.conf(5) may name other sources.
  plan::Plan plan;
  plan.add(user("daemon", 10000));
  plan.add(plan::EnsureGroup{.name = "daemon", .gid = 10000});
  plan.add(RemoveUser{.name = "daemon", .uid = 1});
  const Report report = run(plan);
  EXPECT_EQ(kind_of(report, 0), Outcome::Kind::failed);
  EXPECT_EQ(kind_of(report, 1), Outcome::Kind::failed);
  EXPECT_EQ(kind_of(report, 2), Outcome::Kind::unchanged) << "userdel knows the files alone";
  EXPECT_TRUE(programs_.ran.empty());
}

TEST_F(Accounts, an_account_that_differs_is_changed) {
  write("passwd", "ada:x:10000:10000:Old Name:/home/ada:/bin/bash\n");
  write("group", "ada:x:10000:\n");
  plan::Plan plan;
  plan.add(user("ada", 10000));
  EXPECT_EQ(run(plan).changed(), 1U);
  EXPECT_EQ(programs_.ran,
            (std::vector<std::vector<std::string>>{{"usermod", "--comment", "Of ada", "--home",
                                                    "/home/ada", "--shell", "/bin/bash", "ada"}}));
}

TEST_F(Accounts, a_home_is_made_where_it_belongs_and_made_later_when_it_could_not_be) {
  plan::Plan plan;
  EnsureUser ada = user("ada", 10000);
  ada.home = (place_->path() / "home/ada").string();
  ada.make_home = EnsureUser::Home::make;
  plan.add(ada);
  EXPECT_EQ(run(plan).changed(), 1U);
  const std::vector<std::string> helper = {"mkhomedir_helper", "ada", "0077"};
  EXPECT_EQ(programs_.ran, std::vector<std::vector<std::string>>{helper});
  EXPECT_EQ(run(plan).changed(), 1U) << "the home is not there yet";
  ASSERT_TRUE(os::make_directory(ada.home));
  EXPECT_EQ(run(plan).changed(), 0U);
  EXPECT_EQ(programs_.ran.size(), 2U);
}

TEST_F(Accounts, who_is_not_in_the_plan_any_more_loses_the_account_that_a_plan_made) {
  plan::Plan plan;
  plan.add(user("ada", 10000));
  plan.add(user("bob", 10001));
  ASSERT_TRUE(run(plan).succeeded());
  EXPECT_EQ(read("muster/accounts"), "ada 10000\nbob 10001\n");
  plan::Plan later;
  later.add(user("bob", 10001));
  const Report report = run(later);
  ASSERT_EQ(report.outcomes.size(), 2U);
  EXPECT_EQ(report.outcomes[0].step, "remove user ada");
  EXPECT_EQ(kind_of(report, 0), Outcome::Kind::changed);
  EXPECT_EQ(programs_.ran, (std::vector<std::vector<std::string>>{{"userdel", "--force", "ada"}}))
      << "games was here before";
  EXPECT_EQ(read("muster/accounts"), "bob 10001\n");
  EXPECT_EQ(run(later).changed(), 0U);
}

TEST_F(Accounts, an_account_of_another_number_is_its_owners_by_now) {
  write("muster/accounts", "games 10000\n");
  plan::Plan plan;
  plan.add(user("ada", 10001));
  EXPECT_TRUE(run(plan).succeeded());
  EXPECT_TRUE(programs_.ran.empty());
  EXPECT_EQ(read("muster/accounts"), "ada 10001\n");
}

TEST_F(Accounts, a_list_of_names_alone_takes_an_account_from_nobody) {
  write("muster/accounts", "games\ngone\n");
  plan::Plan plan;
  plan.add(user("ada", 10001));
  EXPECT_TRUE(run(plan).succeeded());
  EXPECT_TRUE(programs_.ran.empty()) << "its owner may have made it since";
}

TEST_F(Accounts, a_plan_that_names_nobody_removes_nobody) {
  write("muster/accounts", "games 5\n");
  plan::Plan plan;
  plan.add(plan::MakeDirectory{.path = place_->path().string()});
  EXPECT_TRUE(run(plan).succeeded());
  EXPECT_TRUE(programs_.ran.empty());
}

TEST_F(Accounts, while_another_program_changes_accounts_nothing_is_written) {
  plan::Plan plan;
  plan.add(user("ada", 10000));
  {
    const auto lock = os::try_lock_accounts(etc());
    ASSERT_TRUE(lock && *lock);
    const Report report = run(plan);
    EXPECT_TRUE(report.outcomes[0].reason.contains("another program changes the accounts"))
        << report.outcomes[0].reason;
    EXPECT_FALSE(read("passwd").contains("ada"));
    EXPECT_EQ(read("muster/accounts"), "") << "a name on the list is a promise";
  }
  EXPECT_TRUE(run(plan).succeeded());
}

TEST_F(Accounts, a_file_that_cannot_be_read_leaves_all_others_as_they_are) {
  // A directory in its place.
  ASSERT_TRUE(os::remove_tree(etc() / "gshadow"));
  ASSERT_TRUE(os::make_directory(etc() / "gshadow"));
  plan::Plan plan;
  plan.add(user("ada", 10000));
  EXPECT_FALSE(run(plan).succeeded());
  EXPECT_FALSE(read("passwd").contains("ada"));
  EXPECT_FALSE(read("group").contains("ada"));
  ASSERT_TRUE(os::remove_tree(etc() / "gshadow"));
  EXPECT_TRUE(run(plan).succeeded());
}

}  // namespace
}  // namespace muster::apply
