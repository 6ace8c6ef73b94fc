#include "core/apply/apply.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "core/apply/target/running_machine.h"
#include "core/os/files.h"

namespace muster::apply {
namespace {

/// systemd as far as a plan asks it: everything runs, and reloads fail as long as they are told to.
class FakeSystem final : public os::CommandRunner {
 public:
  Result<os::CommandResult> run(const os::Command& command) override {
    ran.push_back(command.argv);
    if (command.argv == std::vector<std::string>{"hostname"}) {
      return os::CommandResult{.status = 0, .out = hostname + "\n", .err = {}};
    }
    if (command.argv.front() == "findmnt" || command.argv.front() == fails) {
      return os::CommandResult{.status = 1, .out = {}, .err = "no"};
    }
    const bool reload = std::ranges::contains(command.argv, "reload");
    return os::CommandResult{.status = reload && reloads_fail ? 1 : 0, .out = {}, .err = "no"};
  }
  std::size_t count(const std::string& word) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        ran, [&](const auto& argv) { return std::ranges::contains(argv, word); }));
  }
  bool reloads_fail = false;
  /// A program that never succeeds.
  std::string fails;
  std::string hostname = "before";
  std::vector<std::vector<std::string>> ran;
};

class Apply : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(os::write_file(at("/etc/passwd"), "root:x:0:0:root:/root:/bin/bash\n"));
    ASSERT_TRUE(os::write_file(at("/etc/group"), "root:x:0:\n"));
    plan_.add(plan::WriteFile{.path = at("/etc/daemon.conf"), .content = "new"});
    plan_.add(plan::Service{.unit = "daemon.service",
                            .on_change = plan::Service::OnChange::reload,
                            .watches = {at("/etc/daemon.conf")}});
  }
  Report run() {
    RunningMachine machine(system_, at("/etc"));
    return apply(plan_, machine, {.pending = pending()});
  }
  /// A path in the place of this test.
  std::string at(const std::string& path) const { return root_->path().string() + path; }
  std::filesystem::path pending() const { return at("/pending"); }

  Result<os::TemporaryDirectory> root_ = os::TemporaryDirectory::make();
  FakeSystem system_;
  plan::Plan plan_;
};

TEST_F(Apply, tells_a_service_of_a_changed_file_once) {
  EXPECT_EQ(run().changed(), 2U);
  EXPECT_EQ(run().changed(), 0U);
  EXPECT_EQ(system_.count("reload"), 1U);
  EXPECT_FALSE(std::filesystem::exists(pending()));
}

TEST_F(Apply, a_file_that_takes_a_restart_gets_one_from_a_service_that_reloads) {
  plan_ = {};
  plan_.add(plan::WriteFile{.path = at("/etc/a"), .content = "a"});
  plan_.add(plan::Service{.unit = "a.service",
                          .on_change = plan::Service::OnChange::reload,
                          .watches = {},
                          .restart_watches = {at("/etc/a")}});
  EXPECT_TRUE(run().succeeded());
  EXPECT_EQ(system_.count("restart"), 1U);
  EXPECT_EQ(system_.count("reload"), 0U);
}

TEST_F(Apply, a_service_that_tells_others_is_reloaded_after_a_restart) {
  plan_ = {};
  plan_.add(plan::WriteFile{.path = at("/etc/a"), .content = "a"});
  plan_.add(plan::Service{.unit = "a.service",
                          .on_change = plan::Service::OnChange::reload_always,
                          .watches = {},
                          .restart_watches = {at("/etc/a")}});
  EXPECT_TRUE(run().succeeded());
  EXPECT_EQ(system_.count("restart"), 1U);
  EXPECT_EQ(system_.count("reload"), 1U);
  EXPECT_EQ(run().changed(), 0U);
}

TEST_F(Apply, a_reload_that_failed_is_tried_again) {
  system_.reloads_fail = true;
  EXPECT_FALSE(run().succeeded());
  EXPECT_FALSE(run().succeeded())
      << "the file is as it should be, and the service does not know it";
  system_.reloads_fail = false;
  EXPECT_TRUE(run().succeeded());
  EXPECT_EQ(system_.count("reload"), 3U);
  EXPECT_EQ(run().changed(), 0U);
}

TEST_F(Apply, a_service_that_was_told_is_not_told_again_because_another_could_not_be) {
  plan_.add(plan::WriteFile{.path = at("/etc/other.conf"), .content = "new"});
  plan_.add(plan::Service{.unit = "other.service", .watches = {at("/etc/other.conf")}});
  system_.reloads_fail = true;
  EXPECT_FALSE(run().succeeded());
  EXPECT_FALSE(run().succeeded());
  EXPECT_EQ(system_.count("restart"), 1U) << "other.service knows since the first time";
  EXPECT_EQ(system_.count("reload"), 2U);
}

TEST_F(Apply, what_could_not_be_changed_is_told_to_nobody) {
  plan_ = {};
  plan_.add(plan::MountFileSystem{.source = "x", .target = at("/srv/x"), .type = "tmpfs"});
  plan_.add(plan::Service{.unit = "nfs.service", .watches = {at("/srv/x")}});
  system_.fails = "mount";
  EXPECT_FALSE(run().succeeded());
  EXPECT_FALSE(run().succeeded());
  EXPECT_EQ(system_.count("restart"), 0U);
  EXPECT_FALSE(std::filesystem::exists(pending()));
}

TEST_F(Apply, a_directory_that_is_bound_already_is_left_alone_with_all_below_it) {
  ASSERT_TRUE(os::make_directory(at("/srv/data")));
  // Both names lead to one directory, as those of a directory that is bound do.
  ASSERT_TRUE(os::write_symlink(at("/volume"), at("/srv/data")));
  plan_ = {};
  plan_.add(plan::MountFileSystem{.source = at("/srv/data"),
                                  .target = at("/volume"),
                                  .type = "none",
                                  .options = "rbind,rslave"});
  system_.fails = "mount";
  EXPECT_TRUE(run().succeeded());
}

TEST_F(Apply, a_directory_that_was_there_may_be_its_owners) {
  const std::string place = at("/srv/data");
  ASSERT_TRUE(os::make_directory(place, {.mode = 02775}));
  plan_ = {};
  plan_.add(plan::MakeDirectory{.path = at("/srv/data"),
                                .existing = plan::MakeDirectory::Existing::keep});
  EXPECT_EQ(run().changed(), 0U);
  struct stat now{};
  ASSERT_EQ(stat(place.c_str(), &now), 0);
  EXPECT_EQ(now.st_mode & 07777U, 02775U);
  plan_.add(plan::MakeDirectory{.path = at("/srv/data")});
  EXPECT_EQ(run().changed(), 1U);
}

TEST_F(Apply, a_name_that_is_in_the_file_and_not_in_the_kernel_is_set) {
  ASSERT_TRUE(os::write_file(at("/etc/hostname"), "head\n"));
  plan_ = {};
  plan_.add(plan::SetHostname{.name = "head"});
  system_.hostname = "before";
  EXPECT_EQ(run().changed(), 1U);
  system_.hostname = "head";
  EXPECT_EQ(run().changed(), 0U);
}

TEST_F(Apply, what_was_written_before_a_power_cut_of_the_program_is_told) {
  // As it is when the program ended between the file and the service.
  ASSERT_TRUE(os::write_file(at("/etc/daemon.conf"), "new"));
  ASSERT_TRUE(os::write_file(pending(), at("/etc/daemon.conf") + "\n"));
  EXPECT_TRUE(run().succeeded());
  EXPECT_EQ(system_.count("reload"), 1U);
}

TEST_F(Apply, a_step_that_fails_keeps_no_other_from_being_made_true) {
  plan_ = {};
  plan_.add(plan::WriteFile{.path = at("/etc/a"), .content = "a", .owner = "nobody-of-that-name"});
  plan_.add(plan::WriteFile{.path = at("/etc/b"), .content = "b"});
  const Report report = run();
  EXPECT_FALSE(report.succeeded());
  EXPECT_EQ(*os::read_file(at("/etc/b")), "b");
}

}  // namespace
}  // namespace muster::apply
