// What every system promises that steps are made true on.

#include <gtest/gtest.h>
#include <sstream>

#include "core/apply/apply.h"
#include "tests/contract/targets/systems.h"

namespace muster::apply {
namespace {

using plan::EnsureGroup;
using plan::EnsureUser;
using plan::MakeDirectory;
using plan::MakeLink;
using plan::MountFileSystem;
using plan::RemoveDirectory;
using plan::RemoveFile;
using plan::RunCommand;
using plan::Service;
using plan::SetHostname;
using plan::Unit;
using plan::Unmount;
using plan::WriteFile;

class Targets : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (GetParam() != Kind::fake && geteuid() != 0) GTEST_SKIP() << "needs root";
    system_ = std::make_unique<System>(GetParam());
  }
  Report run(plan::Plan plan) {
    Report report = apply(plan, system_->target(), {.record = system_->record()});
    for (const Outcome& each : report.outcomes) {
      if (!each.reason.empty()) said_ += each.step + ": " + each.reason + "\n";
    }
    return report;
  }
  /// Applies a plan twice: the first time it changes so many things, and then nothing.
  void settle(const plan::Plan& plan, std::size_t changes = 1) {
    const Report first = run(plan);
    EXPECT_TRUE(first.succeeded()) << said_;
    EXPECT_EQ(first.changed(), changes) << said_;
    EXPECT_EQ(run(plan).changed(), 0U) << "applying twice changes nothing";
  }
  Files& files() { return system_->target().files(); }
  std::string text(const std::string& path) { return files().read(path).value_or("(nothing)"); }
  PathState at(const std::string& path) { return files().look(path).value(); }
  bool is_there(const std::string& path) { return at(path).kind != PathState::Kind::absent; }
  void write(const std::string& path, const std::string& content, os::FileMode mode = {}) {
    ASSERT_TRUE(files().write(path, content, mode));
  }

  std::unique_ptr<System> system_;
  /// What failed or stayed, and why.
  std::string said_;
};

INSTANTIATE_TEST_SUITE_P(All, Targets, testing::Values(Kind::running, Kind::directory, Kind::fake),
                         [](const auto& each) {
                           std::ostringstream name;
                           name << each.param;
                           return name.str();
                         });

TEST_P(Targets, a_file_gets_content_and_mode_and_its_former_ones_back) {
  write("/etc/a", "before", {.mode = 0600});
  settle({.steps = {WriteFile{.path = "/etc/a", .content = "after", .mode = 0640}}});
  EXPECT_EQ(text("/etc/a"), "after");
  EXPECT_EQ(at("/etc/a").mode.mode, 0640U);
  settle({});
  EXPECT_EQ(text("/etc/a"), "before");
  EXPECT_EQ(at("/etc/a").mode.mode, 0600U);
}

TEST_P(Targets, what_was_made_on_the_way_to_a_file_goes_with_it) {
  settle({.steps = {WriteFile{.path = "/opt/new/deep/a", .content = "a"}}});
  EXPECT_EQ(text("/opt/new/deep/a"), "a");
  settle({});
  EXPECT_FALSE(is_there("/opt/new"));
}

TEST_P(Targets, a_file_belongs_to_whom_the_system_has_under_that_name) {
  run({.steps = {EnsureUser{.name = "ada", .uid = 12345, .home = "/home/ada"},
                 WriteFile{.path = "/etc/a", .content = "a", .owner = "ada", .group = "ada"}}});
  EXPECT_EQ(at("/etc/a").mode.uid, 12345) << said_;
  EXPECT_FALSE(run({.steps = {WriteFile{.path = "/etc/b", .content = "b", .owner = "nobody-here"}}})
                   .succeeded());
  EXPECT_NE(said_.find("there is no user 'nobody-here'"), std::string::npos) << said_;
}

TEST_P(Targets, a_link_leads_where_the_step_says_and_gives_way_to_the_file_that_was_there) {
  write("/etc/zone", "a file");
  settle({.steps = {MakeLink{.path = "/etc/zone", .to = "/usr/share/first"}}});
  settle({.steps = {MakeLink{.path = "/etc/zone", .to = "../usr/share/second"}}});
  EXPECT_EQ(at("/etc/zone").link, "../usr/share/second");
  settle({});
  EXPECT_EQ(text("/etc/zone"), "a file");
}

TEST_P(Targets, a_link_that_somebody_made_since_stays) {
  settle({.steps = {MakeLink{.path = "/etc/zone", .to = "/planned"}}});
  ASSERT_TRUE(files().write_link("/etc/zone", "/mine"));
  settle({}, 0);
  EXPECT_EQ(at("/etc/zone").link, "/mine");
}

TEST_P(Targets, a_path_through_a_link_is_one_of_the_system) {
  ASSERT_TRUE(files().make_directory("/opt/data", {.mode = 0755}));
  ASSERT_TRUE(files().write_link("/opt/alias", "/opt/data"));
  settle({.steps = {WriteFile{.path = "/opt/alias/a", .content = "a"}}});
  EXPECT_EQ(text("/opt/data/a"), "a");
}

TEST_P(Targets, a_file_is_removed_and_a_directory_in_its_place_is_not) {
  write("/etc/a", "a");
  settle({.steps = {RemoveFile{.path = "/etc/a"}}});
  EXPECT_FALSE(is_there("/etc/a"));
  ASSERT_TRUE(files().make_directory("/etc/d", {.mode = 0755}));
  EXPECT_FALSE(run({.steps = {RemoveFile{.path = "/etc/d"}}}).succeeded());
  EXPECT_TRUE(is_there("/etc/d"));
}

TEST_P(Targets, a_directory_has_its_mode_and_is_gone_when_it_was_made) {
  settle({.steps = {MakeDirectory{.path = "/srv/new", .mode = 02775}}});
  EXPECT_EQ(at("/srv/new").mode.mode, 02775U);
  settle({});
  EXPECT_FALSE(is_there("/srv/new"));
}

TEST_P(Targets, an_empty_directory_is_removed_and_comes_back_and_a_full_one_stays) {
  ASSERT_TRUE(files().make_directory("/srv/old", {.mode = 0711}));
  settle({.steps = {RemoveDirectory{.path = "/srv/old"}}});
  EXPECT_FALSE(is_there("/srv/old"));
  settle({});
  EXPECT_EQ(at("/srv/old").mode.mode, 0711U);
  write("/srv/old/work", "somebody's");
  EXPECT_FALSE(run({.steps = {RemoveDirectory{.path = "/srv/old"}}}).succeeded());
  EXPECT_EQ(text("/srv/old/work"), "somebody's");
  EXPECT_NE(said_.find("'/srv/old' has something in it"), std::string::npos) << said_;
}

TEST_P(Targets, an_account_is_made_changed_and_removed_in_the_systems_own_files) {
  const EnsureUser ada{.name = "ada", .uid = 12345, .full_name = "Ada", .home = "/home/ada"};
  settle({.steps = {ada}});
  EXPECT_NE(text("/etc/passwd").find("ada:x:12345:12345:Ada:/home/ada:/bin/bash\n"),
            std::string::npos);
  EnsureUser other = ada;
  other.full_name = "Ada Lovelace";
  other.shell = "/bin/sh";
  settle({.steps = {other}});
  EXPECT_NE(text("/etc/passwd").find("ada:x:12345:12345:Ada Lovelace:/home/ada:/bin/sh\n"),
            std::string::npos);
  EXPECT_TRUE(
      run({.steps = {EnsureUser{.name = "bob", .uid = 12346, .home = "/home/bob"}}}).succeeded());
  EXPECT_EQ(text("/etc/passwd").find("ada"), std::string::npos);
  EXPECT_EQ(text("/etc/group").find("ada"), std::string::npos);
}

TEST_P(Targets, a_home_is_its_owners) {
  settle({.steps = {EnsureUser{.name = "ada",
                               .uid = 12345,
                               .home = "/home/ada",
                               .make_home = EnsureUser::Home::make}}});
  EXPECT_EQ(at("/home/ada").mode.uid, 12345);
  EXPECT_EQ(at("/home/ada").mode.mode, 0700U);
  if (!system_->is_real()) return;
  EXPECT_EQ(at("/home/ada/.bashrc").mode.uid, 12345);
}

TEST_P(Targets, a_group_has_its_number_and_nobody_elses) {
  settle({.steps = {EnsureGroup{.name = "lab", .gid = 12400}}});
  EXPECT_NE(text("/etc/group").find("lab:x:12400:\n"), std::string::npos);
  EXPECT_FALSE(run({.steps = {EnsureGroup{.name = "lab", .gid = 12401}}}).succeeded());
  EXPECT_FALSE(run({.steps = {EnsureGroup{.name = "other", .gid = 12400}}}).succeeded());
  EXPECT_NE(said_.find("number 12400 is that of group 'lab'"), std::string::npos) << said_;
}

TEST_P(Targets, the_name_is_in_the_file_and_comes_back) {
  write("/etc/hostname", "before\n");
  settle({.steps = {SetHostname{.name = "n0042"}}});
  EXPECT_EQ(text("/etc/hostname"), "n0042\n");
  const auto running = system_->target().running_name();
  ASSERT_TRUE(running);
  EXPECT_EQ(running->value_or("n0042"), "n0042");
  settle({});
  EXPECT_EQ(text("/etc/hostname"), "before\n");
}

TEST_P(Targets, a_unit_is_enabled_masked_and_as_before) {
  system_->add_unit("a.service");
  Services& services = system_->target().services();
  const auto state = [&] { return services.state_at_start("a.service").value(); };
  settle({.steps = {Unit{.unit = "a.service"}}});
  EXPECT_EQ(state(), StartState::enabled);
  settle({.steps = {Unit{.unit = "a.service", .state = Unit::State::masked}}});
  EXPECT_EQ(state(), StartState::masked);
  settle({.steps = {Unit{.unit = "a.service", .state = Unit::State::disabled}}});
  EXPECT_EQ(state(), StartState::disabled);
  settle({}, 0);
  settle({.steps = {Unit{.unit = "a.service", .state = Unit::State::masked}}});
  settle({});
  EXPECT_EQ(state(), StartState::disabled);
  settle({.steps = {Unit{.unit = "a.service"}}});
  settle({});
  EXPECT_EQ(state(), StartState::disabled);
}

TEST_P(Targets, a_unit_that_only_others_start_cannot_be_enabled) {
  system_->add_unit("a.service", System::UnitKind::fixed);
  EXPECT_FALSE(run({.steps = {Unit{.unit = "a.service"}}}).succeeded());
  EXPECT_NE(said_.find("'a.service' cannot be enabled"), std::string::npos) << said_;
  settle({.steps = {Unit{.unit = "a.service", .state = Unit::State::disabled}}}, 0);
}

TEST_P(Targets, a_unit_that_is_not_there_is_an_error_that_names_it) {
  EXPECT_FALSE(run({.steps = {Unit{.unit = "none.service"}}}).succeeded());
  EXPECT_NE(said_.find("there is no unit 'none.service'"), std::string::npos) << said_;
  settle({.steps = {Unit{.unit = "none.service", .state = Unit::State::disabled}}}, 0);
}

TEST_P(Targets, a_unit_that_is_not_there_is_masked_and_let_go) {
  settle({.steps = {Unit{.unit = "none.service", .state = Unit::State::masked}}});
  settle({});
  EXPECT_FALSE(system_->target().services().state_at_start("none.service").value());
}

TEST_P(Targets, a_service_runs_or_will_and_stops_when_it_leaves) {
  system_->add_unit("a.service");
  settle({.steps = {Service{.unit = "a.service"}}});
  EXPECT_TRUE(system_->target().services().is_running("a.service").value());
  settle({});
  EXPECT_FALSE(system_->target().services().is_running("a.service").value());
}

TEST_P(Targets, a_service_comes_with_its_unit_and_stops_when_both_leave) {
  if (!system_->is_real()) return;
  settle({.steps = {WriteFile{.path = "/etc/systemd/system/b.service",
                              .content = "[Service]\nExecStart=/bin/true\n[Install]\n"
                                         "WantedBy=multi-user.target\n"},
                    Service{.unit = "b.service"}}},
         2);
  EXPECT_TRUE(run({}).succeeded()) << said_;
  EXPECT_FALSE(system_->target().services().is_running("b.service").value());
}

TEST_P(Targets, a_file_system_is_mounted_and_unmounted_where_the_system_runs) {
  const plan::Plan plan = {
      .steps = {MountFileSystem{.source = "data", .target = "/srv/data", .type = "tmpfs"}}};
  if (!system_->runs()) {
    EXPECT_FALSE(run(plan).succeeded());
    EXPECT_NE(said_.find("in a system that does not run"), std::string::npos) << said_;
    return;
  }
  settle(plan);
  Mounts& mounts = system_->target().mounts();
  EXPECT_EQ(mounts.mounted_at("/srv/data").value(), "data tmpfs");
  settle({});
  EXPECT_EQ(mounts.mounted_at("/srv/data").value(), "");
  EXPECT_FALSE(is_there("/srv/data"));
}

TEST_P(Targets, nothing_is_mounted_where_nothing_shall_be) {
  if (!system_->runs()) return settle({.steps = {Unmount{.target = "/srv/data"}}}, 0);
  Mounts& mounts = system_->target().mounts();
  ASSERT_TRUE(files().make_directory("/srv/data", {.mode = 0755}));
  ASSERT_TRUE(mounts.mount({.source = "lower", .target = "/srv/data", .type = "tmpfs"}));
  ASSERT_TRUE(mounts.mount({.source = "upper", .target = "/srv/data", .type = "tmpfs"}));
  settle({.steps = {Unmount{.target = "/srv/data"}}});
  EXPECT_EQ(mounts.mounted_at("/srv/data").value(), "");
}

TEST_P(Targets, a_command_runs_once_and_is_taken_back) {
  const RunCommand mark{.name = "mark",
                        .check = {"test", "-e", "/opt/mark"},
                        .run = {"touch", "/opt/mark"},
                        .undo = {"rm", "/opt/mark"}};
  settle({.steps = {mark}});
  EXPECT_TRUE(is_there("/opt/mark"));
  settle({});
  EXPECT_FALSE(is_there("/opt/mark"));
  write("/opt/mark", "it held before the plan came");
  settle({.steps = {mark}}, 0);
  settle({}, 0);
  EXPECT_TRUE(is_there("/opt/mark"));
}

TEST_P(Targets, a_file_system_that_somebody_mounts_after_the_plan_let_go_of_it_stays) {
  if (!system_->runs()) return;
  const MountFileSystem step{.source = "data", .target = "/srv/data", .type = "tmpfs"};
  settle({.steps = {step}});
  EXPECT_TRUE(run({.steps = {Unmount{.target = "/srv/data"}}}).succeeded()) << said_;
  Mounts& mounts = system_->target().mounts();
  EXPECT_EQ(mounts.mounted_at("/srv/data").value(), "");
  ASSERT_TRUE(files().make_directory("/srv/data", {.mode = 0755}));
  ASSERT_TRUE(mounts.mount(step));
  settle({}, 0);
  EXPECT_EQ(mounts.mounted_at("/srv/data").value(), "data tmpfs");
}

TEST_P(Targets, a_command_whose_program_comes_with_the_same_plan_is_taken_back) {
  if (!system_->is_real()) return;
  const WriteFile program{.path = "/usr/local/bin/tool",
                          .content =
                              "#!/bin/sh\ncase $1 in\ncheck) test -e /opt/mark ;;\n"
                              "make) touch /opt/mark ;;\nundo) rm /opt/mark ;;\nesac\n",
                          .mode = 0755};
  const RunCommand mark{.name = "mark",
                        .check = {"/usr/local/bin/tool", "check"},
                        .run = {"/usr/local/bin/tool", "make"},
                        .undo = {"/usr/local/bin/tool", "undo"}};
  settle({.steps = {program, mark}}, 2);
  settle({}, 2);
  EXPECT_FALSE(is_there("/opt/mark"));
}

TEST_P(Targets, another_command_of_the_same_name_takes_the_first_ones_place) {
  const auto touch = [](const std::string& path) {
    return RunCommand{.name = "mark",
                      .check = {"test", "-e", path},
                      .run = {"touch", path},
                      .undo = {"rm", path}};
  };
  settle({.steps = {touch("/opt/first")}});
  settle({.steps = {touch("/opt/second")}}, 2);
  EXPECT_FALSE(is_there("/opt/first"));
  EXPECT_TRUE(is_there("/opt/second"));
  settle({});
  EXPECT_FALSE(is_there("/opt/second"));
}

TEST_P(Targets, names_that_programs_would_take_as_something_else_are_refused) {
  for (const char* name : {"g++", "libc6:amd64"}) {
    EXPECT_TRUE(plan::check(plan::InstallPackage{.name = name})) << name;
  }
  for (const char* name : {"", "-a", "muster-test-tool-", "a=1", "a/sid", "./a.deb", "a*", "a b"}) {
    EXPECT_FALSE(run({.steps = {plan::InstallPackage{.name = name}}}).succeeded()) << name;
  }
  for (const char* name : {"", "--all", "a*", "a.service b.service"}) {
    EXPECT_FALSE(run({.steps = {Unit{.unit = name, .state = Unit::State::disabled}}}).succeeded());
    EXPECT_FALSE(run({.steps = {Service{.unit = name}}}).succeeded()) << name;
  }
  EXPECT_FALSE(run({.steps = {EnsureGroup{.name = "a:b\nroot2", .gid = 12400}}}).succeeded());
  EXPECT_FALSE(text("/etc/group").contains("12400"));
}

TEST_P(Targets, a_command_whose_check_does_not_see_what_it_made_fails) {
  EXPECT_FALSE(run({.steps = {RunCommand{.name = "idle", .check = {"false"}, .run = {"true"}}}})
                   .succeeded());
  EXPECT_NE(said_.find("its check 'false' does not see"), std::string::npos) << said_;
  said_.clear();
  EXPECT_FALSE(run({.steps = {RunCommand{.name = "bad", .check = {"false"}, .run = {"false"}}}})
                   .succeeded());
  EXPECT_NE(said_.find("'false' ended with status 1"), std::string::npos) << said_;
  EXPECT_FALSE(
      run({.steps = {RunCommand{.name = "none", .check = {}, .run = {"true"}}}}).succeeded());
}

TEST_P(Targets, a_package_is_installed_and_stays_as_long_as_another_needs_it) {
  const plan::Plan plan = {.steps = {plan::InstallPackage{.name = "muster-test-tool"}}};
  Packages& packages = system_->target().packages();
  settle(plan);
  EXPECT_TRUE(packages.is_installed("muster-test-tool").value());
  if (GetParam() == Kind::fake) {
    static_cast<Fake&>(system_->target()).system.needed.insert("muster-test-tool");
  } else {
    EXPECT_EQ(text("/usr/share/muster-test-tool"), "content\n");
    ASSERT_TRUE(packages.install("muster-test-user"));
  }
  EXPECT_TRUE(run({}).succeeded());
  EXPECT_TRUE(packages.is_installed("muster-test-tool").value()) << "somebody needs it";
  EXPECT_NE(said_.find("package muster-test-tool: "), std::string::npos) << said_;
  if (GetParam() == Kind::fake) {
    static_cast<Fake&>(system_->target()).system.needed.clear();
  } else {
    ASSERT_TRUE(packages.remove("muster-test-user"));
  }
  settle({});
  EXPECT_FALSE(packages.is_installed("muster-test-tool").value());
}

TEST_P(Targets, a_package_that_there_is_none_of_is_an_error) {
  if (!system_->is_real()) return;
  EXPECT_FALSE(run({.steps = {plan::InstallPackage{.name = "muster-test-none"}}}).succeeded());
  EXPECT_NE(said_.find("muster-test-none"), std::string::npos) << said_;
}

}  // namespace
}  // namespace muster::apply
