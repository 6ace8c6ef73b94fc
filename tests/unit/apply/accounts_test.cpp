#include <algorithm>
#include <format>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "core/base/text.h"
#include "core/os/file_lock.h"
#include "tests/nss/name_source.h"
#include "tests/unit/apply/accounts_machine.h"

namespace muster::apply {
namespace {

TEST_F(AccountsTest, a_thousand_people_are_made_without_a_program) {
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

TEST_F(AccountsTest, the_checkers_of_debian_find_nothing_wrong_with_them) {
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

TEST_F(AccountsTest, files_keep_their_modes) {
  plan::Plan plan;
  plan.add(user("ada", 10000));
  ASSERT_TRUE(run(plan).succeeded());
  struct stat now{};
  ASSERT_EQ(stat((etc() / "shadow").c_str(), &now), 0);
  EXPECT_EQ(now.st_mode & 07777U, 0640U);
  ASSERT_EQ(stat((etc() / "passwd").c_str(), &now), 0);
  EXPECT_EQ(now.st_mode & 07777U, 0644U);
}

TEST_F(AccountsTest, one_person_who_cannot_be_made_keeps_nobody_else_from_it) {
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

TEST_F(AccountsTest, accounts_of_the_system_are_known_whoever_lists_them) {
  // An account of Debian that is not in these files: nsswitch.conf(5) may name other sources.
  plan::Plan plan;
  plan.add(user("daemon", 10000));
  plan.add(plan::EnsureGroup{.name = "daemon", .gid = 10000});
  plan.add(RemoveUser{.name = "daemon", .uid = 1});
  const Report report = run(plan);
  EXPECT_EQ(kind_of(report, 0), Outcome::Kind::failed);
  EXPECT_EQ(kind_of(report, 1), Outcome::Kind::failed);
  EXPECT_EQ(kind_of(report, 2), Outcome::Kind::unchanged) << "the files alone are changed";
  EXPECT_TRUE(programs_.ran.empty());
}

TEST_F(AccountsTest, an_account_that_differs_is_changed) {
  write("passwd", "ada:x:10000:10000:Old Name:/home/ada:/bin/bash\n");
  write("group", "ada:x:10000:\n");
  plan::Plan plan;
  plan.add(user("ada", 10000));
  EXPECT_EQ(run(plan).changed(), 1U);
  EXPECT_EQ(read("passwd"), "ada:x:10000:10000:Of ada:/home/ada:/bin/bash\n");
  EXPECT_EQ(read("passwd-"), "ada:x:10000:10000:Old Name:/home/ada:/bin/bash\n")
      << "as usermod(8) leaves it";
  EXPECT_EQ(run(plan).changed(), 0U);
}

TEST_F(AccountsTest, a_home_is_made_where_it_belongs_and_made_later_when_it_could_not_be) {
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

TEST_F(AccountsTest, who_is_not_in_the_plan_any_more_loses_the_account_that_a_plan_made) {
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
  EXPECT_TRUE(programs_.ran.empty());
  for (const auto& [name, text] : files()) EXPECT_FALSE(text.contains("ada")) << name;
  EXPECT_TRUE(read("passwd").contains("games:x:5:60:")) << "games was here before";
  EXPECT_EQ(read("muster/accounts"), "bob 10001\n");
  EXPECT_EQ(run(later).changed(), 0U);
}

TEST_F(AccountsTest, an_account_of_another_number_is_its_owners_by_now) {
  write("muster/accounts", "games 10000\n");
  plan::Plan plan;
  plan.add(user("ada", 10001));
  EXPECT_TRUE(run(plan).succeeded());
  EXPECT_TRUE(read("passwd").contains("games:x:5:60:"));
  EXPECT_TRUE(read("group").contains("games:x:60:"));
  EXPECT_EQ(read("muster/accounts"), "ada 10001\n");
}

TEST_F(AccountsTest, a_list_of_names_alone_takes_an_account_from_nobody) {
  write("muster/accounts", "games\ngone\n");
  plan::Plan plan;
  plan.add(user("ada", 10001));
  EXPECT_TRUE(run(plan).succeeded());
  EXPECT_TRUE(read("passwd").contains("games:x:5:60:")) << "its owner may have made it since";
}

TEST_F(AccountsTest, a_plan_that_names_nobody_removes_nobody) {
  write("muster/accounts", "games 5\n");
  plan::Plan plan;
  plan.add(plan::MakeDirectory{.path = place_->path().string()});
  EXPECT_TRUE(run(plan).succeeded());
  EXPECT_TRUE(read("passwd").contains("games:x:5:60:"));
}

TEST_F(AccountsTest, while_another_program_changes_accounts_nothing_is_written) {
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

TEST_F(AccountsTest, a_file_that_cannot_be_read_leaves_all_others_as_they_are) {
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

TEST_F(AccountsTest, a_group_that_was_here_before_stays_when_its_namesake_leaves) {
  write("group", "root:x:0:\nada:x:10000:site\n");
  ASSERT_TRUE(run(plan_of({user("ada", 10000)})).succeeded());
  EXPECT_EQ(read("muster/accounts"), "ada 10000 group-found\n");
  ASSERT_TRUE(run(plan_of({user("bob", 10001)})).succeeded());
  EXPECT_FALSE(read("passwd").contains("ada"));
  EXPECT_TRUE(read("group").contains("ada:x:10000:site\n"));
  EXPECT_EQ(read("muster/accounts"), "bob 10001\n");
}

TEST_F(AccountsTest, nobody_gets_a_number_that_is_in_somebodys_range_for_containers) {
  write("subuid", "root:0:4294967295\nsite:150000:100\n");
  write("subgid", "site:160000:100\n");
  const Report report =
      run(plan_of({user("ada", 150099), user("bob", 160000), user("eve", 150100)}));
  EXPECT_EQ(kind_of(report, 0), Outcome::Kind::failed);
  EXPECT_TRUE(report.outcomes[0].reason.contains("number 150099 is in a range of 'site'"))
      << report.outcomes[0].reason;
  EXPECT_TRUE(report.outcomes[1].reason.contains("subgid")) << report.outcomes[1].reason;
  EXPECT_EQ(kind_of(report, 2), Outcome::Kind::changed);
}

TEST_F(AccountsTest, a_directory_service_that_fails_makes_and_removes_nobody) {
  ASSERT_TRUE(run(plan_of({user("bob", 10001)})).succeeded());
  const AccountFiles before = files();
  const nss::NameSource source(NSS_STATUS_UNAVAIL, ENOENT);
  const Report report = run(plan_of({user("ada", 10000), user("bob", 10001)}));
  ASSERT_EQ(report.outcomes.size(), 2U);
  EXPECT_EQ(kind_of(report, 0), Outcome::Kind::failed);
  EXPECT_TRUE(report.outcomes[0].reason.contains("cannot look up user 'ada'"))
      << report.outcomes[0].reason;
  EXPECT_EQ(kind_of(report, 1), Outcome::Kind::unchanged) << "the files have bob";
  EXPECT_EQ(files(), before);
  EXPECT_EQ(read("muster/accounts"), "bob 10001\n");
  EXPECT_TRUE(programs_.ran.empty());
}

TEST_F(AccountsTest, a_file_for_somebody_of_whom_nobody_knows_is_not_written) {
  const nss::NameSource source(NSS_STATUS_TRYAGAIN, EAGAIN);
  plan::Plan plan;
  const std::string path = (place_->path() / "file").string();
  plan.add(plan::WriteFile{.path = path, .content = "x", .owner = "ada", .group = "root"});
  EXPECT_TRUE(run(plan).outcomes[0].reason.contains("cannot look up user 'ada'"));
  EXPECT_TRUE(os::is_missing(path));
}

TEST_F(AccountsTest, who_is_undecided_keeps_what_a_plan_made) {
  write("muster/accounts", "ada 10000\n");
  write("group", "root:x:0:\nada:x:10000:\n");
  ASSERT_TRUE(run(plan_of({user("bob", 10001)}), {"ada"}).succeeded());
  EXPECT_TRUE(read("group").contains("ada:x:10000:"));
  EXPECT_EQ(read("muster/accounts"), "ada 10000\nbob 10001\n");
}

TEST_F(AccountsTest, programs_with_copies_of_accounts_are_told_of_each_change) {
  for (const char* const name : {"nscd", "sss_cache"}) {
    ASSERT_TRUE(os::write_file(place_->path() / "usr/sbin" / name, ""));
  }
  ASSERT_TRUE(os::write_file(place_->path() / "var/lib/sss/db/config.ldb", ""));
  const std::string nscd = (place_->path() / "usr/sbin/nscd").string();
  const std::string sssd = (place_->path() / "usr/sbin/sss_cache").string();
  const std::vector<std::vector<std::string>> told = {
      {nscd, "-i", "passwd"}, {nscd, "-i", "group"}, {sssd, "-UG"}};
  programs_.statuses = {{"nscd", 1}, {"sss_cache", 2}};
  ASSERT_TRUE(run(plan_of({user("ada", 10000)})).succeeded()) << "both have no copies";
  EXPECT_EQ(programs_.ran, told);
  ASSERT_TRUE(run(plan_of({user("ada", 10000)})).succeeded());
  EXPECT_EQ(programs_.ran, told) << "nothing changed";
  programs_.ran.clear();
  programs_.statuses["sss_cache"] = 5;
  const Report report = run(plan_of({user("bob", 10001)}));
  EXPECT_EQ(programs_.ran, told);
  EXPECT_FALSE(report.succeeded());
  EXPECT_TRUE(read("passwd").contains("bob"));
  // SSSD is installed and was never set up.
  ASSERT_TRUE(os::remove_tree(place_->path() / "var"));
  EXPECT_TRUE(run(plan_of({user("eve", 10002)})).succeeded());
}

TEST_F(AccountsTest, a_link_in_the_place_of_a_file_stays_and_the_old_files_stay_beside) {
  ASSERT_TRUE(os::make_directory(place_->path() / "else"));
  std::filesystem::rename(etc() / "passwd", place_->path() / "else/passwd");
  ASSERT_TRUE(os::write_symlink(etc() / "passwd", "../else/passwd"));
  const std::string before = read("passwd");
  ASSERT_TRUE(run(plan_of({user("ada", 10000)})).succeeded());
  EXPECT_TRUE(std::filesystem::is_symlink(etc() / "passwd"));
  EXPECT_TRUE(os::read_file(place_->path() / "else/passwd")->contains("ada:x:10000:"));
  EXPECT_EQ(read("passwd-"), before);
  EXPECT_EQ(read("group-"), "root:x:0:\ngames:x:60:\ncdrom:x:10009:\n");
}

}  // namespace
}  // namespace muster::apply
