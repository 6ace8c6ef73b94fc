#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <sys/stat.h>

#include "core/apply/apply.h"
#include "core/apply/target/running_machine.h"
#include "core/os/files.h"

namespace muster::apply {
namespace {

using plan::MakeDirectory;
using plan::MountFileSystem;
using plan::Service;
using plan::WriteFile;

/// A machine's mounts and services, as the programs that a plan starts see them.
class FakeMachine final : public os::CommandRunner {
 public:
  Result<os::CommandResult> run(const os::Command& command) override {
    const std::vector<std::string>& argv = command.argv;
    if (argv.front() == "findmnt") {
      const auto found = mounts.find(argv.back());
      if (found == mounts.end()) return os::CommandResult{.status = 1, .out = {}, .err = {}};
      return os::CommandResult{.status = 0, .out = found->second + "\n", .err = {}};
    }
    if (argv.front() == "mount") mounts[argv.back()] = argv[argv.size() - 2] + " " + argv[2];
    if (argv.front() == "umount") {
      if (busy) return os::CommandResult{.status = 32, .out = {}, .err = "target is busy."};
      mounts.erase(argv.back());
    }
    if (argv.front() == "systemctl") return systemctl(argv);
    return os::CommandResult{.status = 0, .out = {}, .err = {}};
  }
  std::map<std::string, std::string> mounts;
  std::map<std::string, bool> running;
  std::vector<std::string> told;
  std::set<std::string> forgotten;
  bool busy = false;
  /// As an NFS server that remembers an export.
  bool busy_until_reload = false;

 private:
  os::CommandResult systemctl(const std::vector<std::string>& argv) {
    const std::string& unit = argv.back();
    if (argv[1] == "is-active") return {.status = running[unit] ? 0 : 3, .out = {}, .err = {}};
    if (argv[1] == "start") running[unit] = true;
    if (argv[1] == "reset-failed") forgotten.insert(unit);
    if (argv[1] == "stop") running[unit] = false;
    if (argv[1] == "reload" || argv[1] == "restart") told.push_back(argv[1] + " " + unit);
    if (argv[1] == "reload" && busy_until_reload) busy = false;
    return {.status = 0, .out = {}, .err = {}};
  }
};

/// A machine on which a plan was applied, and from whose plan something leaves.
class Undo : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(os::write_file(at("/etc/passwd"), "root:x:0:0:root:/root:/bin/bash\n"));
    ASSERT_TRUE(os::write_file(at("/etc/group"), "root:x:0:\n"));
  }
  Report run(plan::Plan plan) {
    RunningMachine machine(machine_, at("/etc"));
    return apply(
        plan, machine,
        {.pending = at("/pending"), .record = at("/record"), .unrecorded = at("/etc/keys")});
  }
  Report take_all_back() { return run({}); }
  std::string at(const std::string& path) const { return root_->path().string() + path; }
  std::string text(const std::string& path) const {
    return os::read_file(at(path)).value_or("(nothing)");
  }
  bool is_there(const std::string& path) const { return !os::is_missing(at(path)); }

  Result<os::TemporaryDirectory> root_ = os::TemporaryDirectory::make();
  FakeMachine machine_;
};

TEST_F(Undo, a_file_has_its_former_content_and_mode_again) {
  ASSERT_TRUE(os::write_file(at("/etc/a"), "before\n", {.mode = 0640}));
  EXPECT_EQ(run({.steps = {WriteFile{.path = at("/etc/a"), .content = "first"}}}).changed(), 1U);
  EXPECT_EQ(run({.steps = {WriteFile{.path = at("/etc/a"), .content = "second"}}}).changed(), 1U);
  const Report report = take_all_back();
  EXPECT_TRUE(report.succeeded());
  EXPECT_EQ(report.changed(), 1U);
  EXPECT_EQ(text("/etc/a"), "before\n");
  EXPECT_EQ(os::read_state(at("/etc/a"))->mode.mode, 0640U);
  EXPECT_EQ(take_all_back().changed(), 0U);
}

TEST_F(Undo, a_file_that_was_not_there_goes_with_the_directories_that_were_made_for_it) {
  ASSERT_TRUE(os::make_directory(at("/etc/there")));
  run({.steps = {WriteFile{.path = at("/etc/there/new/deep/a"), .content = "a"}}});
  take_all_back();
  EXPECT_FALSE(is_there("/etc/there/new"));
  EXPECT_TRUE(is_there("/etc/there"));
}

TEST_F(Undo, a_link_is_a_link_again) {
  ASSERT_TRUE(os::write_symlink(at("/etc/resolv.conf"), "../run/resolved"));
  run({.steps = {WriteFile{.path = at("/etc/resolv.conf"), .content = "nameserver"}}});
  EXPECT_EQ(text("/etc/resolv.conf"), "nameserver");
  take_all_back();
  EXPECT_EQ(std::filesystem::read_symlink(at("/etc/resolv.conf")), "../run/resolved");
}

TEST_F(Undo, what_somebody_wrote_since_stays) {
  run({.steps = {WriteFile{.path = at("/etc/a"), .content = "a"}}});
  ASSERT_TRUE(os::write_file(at("/etc/a"), "mine"));
  EXPECT_TRUE(take_all_back().succeeded());
  EXPECT_EQ(text("/etc/a"), "mine");
}

TEST_F(Undo, what_was_so_before_stays) {
  ASSERT_TRUE(os::write_file(at("/etc/a"), "a"));
  machine_.mounts[at("/data")] = "server:/data nfs4";
  machine_.running["ssh.service"] = true;
  run({.steps = {WriteFile{.path = at("/etc/a"), .content = "a"},
                 MountFileSystem{.source = "server:/data", .target = at("/data"), .type = "nfs4"},
                 Service{.unit = "ssh.service"}}});
  EXPECT_EQ(take_all_back().changed(), 0U);
  EXPECT_EQ(text("/etc/a"), "a");
  EXPECT_TRUE(machine_.mounts.contains(at("/data")));
  EXPECT_TRUE(machine_.running["ssh.service"]);
}

TEST_F(Undo, a_file_system_is_unmounted_and_its_directory_goes) {
  run({.steps = {MountFileSystem{.source = "head:/s", .target = at("/s"), .type = "nfs4"}}});
  ASSERT_TRUE(machine_.mounts.contains(at("/s")));
  EXPECT_EQ(take_all_back().changed(), 1U);
  EXPECT_FALSE(machine_.mounts.contains(at("/s")));
  EXPECT_FALSE(is_there("/s"));
}

TEST_F(Undo, a_file_system_that_somebody_uses_stays_until_nobody_does) {
  run({.steps = {MountFileSystem{.source = "head:/s", .target = at("/s"), .type = "nfs4"}}});
  machine_.busy = true;
  const Report report = take_all_back();
  EXPECT_TRUE(report.succeeded()) << "a node with a job that uses a volume is a good node";
  ASSERT_EQ(report.outcomes.size(), 1U);
  EXPECT_EQ(report.outcomes[0].kind, Outcome::Kind::kept);
  EXPECT_TRUE(report.outcomes[0].reason.contains("busy")) << report.outcomes[0].reason;
  machine_.busy = false;
  EXPECT_EQ(take_all_back().changed(), 1U);
  EXPECT_FALSE(machine_.mounts.contains(at("/s")));
}

TEST_F(Undo, files_in_memory_are_not_lost) {
  run({.steps = {MountFileSystem{.source = "muster-s", .target = at("/s"), .type = "tmpfs"}}});
  ASSERT_TRUE(os::write_file(at("/s/result"), "a week of work"));
  const Report report = take_all_back();
  ASSERT_EQ(report.outcomes.size(), 1U);
  EXPECT_EQ(report.outcomes[0].kind, Outcome::Kind::kept);
  EXPECT_TRUE(machine_.mounts.contains(at("/s")));
  ASSERT_TRUE(os::remove_tree(at("/s/result")));
  EXPECT_EQ(take_all_back().changed(), 1U);
}

TEST_F(Undo, another_file_system_takes_the_place_of_one) {
  const auto from = [&](const std::string& source) {
    return plan::Plan{
        .steps = {MountFileSystem{.source = source, .target = at("/s"), .type = "nfs4"}}};
  };
  run(from("head:/old"));
  machine_.busy = true;
  EXPECT_FALSE(run(from("head:/new")).succeeded());
  EXPECT_EQ(machine_.mounts[at("/s")], "head:/old nfs4");
  machine_.busy = false;
  EXPECT_TRUE(run(from("head:/new")).succeeded());
  EXPECT_EQ(machine_.mounts[at("/s")], "head:/new nfs4");
  take_all_back();
  EXPECT_FALSE(is_there("/s"));
}

TEST_F(Undo, files_in_memory_are_told_of_when_another_file_system_is_to_take_their_place) {
  const auto from = [&](const std::string& source) {
    return plan::Plan{
        .steps = {MountFileSystem{.source = source, .target = at("/s"), .type = "tmpfs"}}};
  };
  run(from("muster-old"));
  ASSERT_TRUE(os::write_file(at("/s/result"), "a week of work"));
  const Report report = run(from("muster-new"));
  EXPECT_FALSE(report.succeeded());
  EXPECT_TRUE(std::ranges::any_of(report.outcomes, [](const Outcome& outcome) {
    return outcome.reason.contains("in memory only");
  })) << "'unmount it' alone would be bad advice";
  EXPECT_EQ(machine_.mounts[at("/s")], "muster-old tmpfs");
}

TEST_F(Undo, a_server_lets_go_of_what_it_shares_before_another_takes_its_place) {
  const auto from = [&](const std::string& source) {
    return plan::Plan{
        .steps = {
            MountFileSystem{
                .source = source, .target = at("/shared"), .type = "none", .options = "rbind"},
            Service{.unit = "nfs.service",
                    .on_change = Service::OnChange::reload,
                    .watches = {at("/shared")}}}};
  };
  machine_.running["nfs.service"] = true;
  run(from("/old"));
  machine_.busy = machine_.busy_until_reload = true;
  run(from("/new"));
  EXPECT_EQ(machine_.mounts[at("/shared")], "/new none");
  take_all_back();
  EXPECT_FALSE(machine_.mounts.contains(at("/shared"))) << "the new one is remembered, too";
}

TEST_F(Undo, a_file_system_below_somebodys_own_stays) {
  run({.steps = {MountFileSystem{.source = "muster-s", .target = at("/s"), .type = "tmpfs"}}});
  machine_.mounts[at("/s")] += "\n/dev/sdb1 xfs";
  const Report report = take_all_back();
  ASSERT_EQ(report.outcomes.size(), 1U);
  EXPECT_EQ(report.outcomes[0].kind, Outcome::Kind::kept);
  EXPECT_TRUE(machine_.mounts.contains(at("/s")));
}

TEST_F(Undo, the_directory_of_a_file_system_stays_when_the_plan_wants_it_now) {
  run({.steps = {MountFileSystem{.source = "muster-s", .target = at("/s"), .type = "tmpfs"}}});
  ASSERT_TRUE(os::write_file(at("/s/result"), "x"));
  const plan::Plan on_disk{.steps = {MakeDirectory{.path = at("/s")}}};
  EXPECT_TRUE(run(on_disk).succeeded());
  ASSERT_TRUE(os::remove_tree(at("/s/result")));
  EXPECT_TRUE(run(on_disk).succeeded());
  EXPECT_FALSE(machine_.mounts.contains(at("/s")));
  EXPECT_TRUE(is_there("/s"));
}

TEST_F(Undo, what_was_mounted_in_another_boot_is_the_plans_in_this_one) {
  const plan::Plan plan{
      .steps = {MountFileSystem{.source = "head:/s", .target = at("/s"), .type = "nfs4"}}};
  machine_.mounts[at("/s")] = "head:/s nfs4";
  run(plan);
  EXPECT_EQ(take_all_back().changed(), 0U);
  run(plan);
  std::string record = text("/record/record.json");
  const auto boot = record.find("\"boot\":\"") + 8;
  ASSERT_TRUE(os::write_file(at("/record/record.json"), record.replace(boot, 8, "00000000")));
  machine_.mounts.clear();
  run(plan);
  EXPECT_EQ(take_all_back().changed(), 1U);
  EXPECT_FALSE(machine_.mounts.contains(at("/s")));
}

TEST_F(Undo, a_file_whose_last_writing_was_cut_off_is_the_plans_still) {
  run({.steps = {WriteFile{.path = at("/etc/a"), .content = "first"}}});
  run({.steps = {WriteFile{.path = at("/etc/a"), .content = "second"}}});
  // As the disk has it when the power went between record and file.
  ASSERT_TRUE(os::write_file(at("/etc/a"), "first"));
  take_all_back();
  EXPECT_FALSE(is_there("/etc/a"));
}

TEST_F(Undo, entries_of_another_version_are_told_once_and_the_others_are_put_back) {
  run({.steps = {WriteFile{.path = at("/etc/a"), .content = "a"}}});
  std::string record = text("/record/record.json");
  record.insert(record.find("[") + 1,
                R"({"step": {"step": "firewall"}, "former": {"kind": "absent"}},)");
  ASSERT_TRUE(os::write_file(at("/record/record.json"), record));
  EXPECT_FALSE(take_all_back().succeeded());
  EXPECT_FALSE(is_there("/etc/a"));
  EXPECT_TRUE(take_all_back().succeeded());
}

TEST_F(Undo, a_directory_goes_when_it_is_empty) {
  ASSERT_TRUE(os::make_directory(at("/srv/there"), {.mode = 0700}));
  run({.steps = {MakeDirectory{.path = at("/srv/a")}, MakeDirectory{.path = at("/srv/b")},
                 MakeDirectory{.path = at("/srv/there"), .mode = 0755}}});
  ASSERT_TRUE(os::write_file(at("/srv/b/file"), "somebody's"));
  take_all_back();
  EXPECT_FALSE(is_there("/srv/a"));
  EXPECT_EQ(text("/srv/b/file"), "somebody's");
  EXPECT_EQ(os::read_state(at("/srv/there"))->mode.mode, 0700U);
}

TEST_F(Undo, a_service_that_was_started_stops_and_one_that_ran_hears_of_its_files) {
  machine_.running["old.service"] = true;
  run({.steps = {WriteFile{.path = at("/etc/old.conf"), .content = "x"},
                 Service{.unit = "old.service",
                         .on_change = Service::OnChange::reload,
                         .watches = {at("/etc/old.conf")}},
                 Service{.unit = "new.service"}}});
  machine_.told.clear();
  machine_.forgotten.clear();
  take_all_back();
  EXPECT_FALSE(machine_.running["new.service"]);
  EXPECT_TRUE(machine_.running["old.service"]);
  EXPECT_EQ(machine_.forgotten, std::set<std::string>{"new.service"}) << "no failure is left";
  EXPECT_EQ(machine_.told, std::vector<std::string>{"reload old.service"});
}

TEST_F(Undo, a_service_that_is_to_hear_nothing_hears_nothing) {
  machine_.running["old.service"] = true;
  run({.steps = {WriteFile{.path = at("/etc/old.conf"), .content = "x"},
                 Service{.unit = "old.service",
                         .on_change = Service::OnChange::nothing,
                         .watches = {at("/etc/old.conf")}}}});
  take_all_back();
  EXPECT_TRUE(machine_.told.empty());
}

TEST_F(Undo, a_service_of_the_plan_hears_of_a_file_that_left_it) {
  const Service exports{.unit = "nfs.service",
                        .on_change = Service::OnChange::reload,
                        .watches = {at("/etc/exports")}};
  machine_.running["nfs.service"] = true;
  run({.steps = {WriteFile{.path = at("/etc/exports"), .content = "/s"}, exports}});
  machine_.told.clear();
  run({.steps = {exports}});
  EXPECT_EQ(machine_.told, std::vector<std::string>{"reload nfs.service"});
}

TEST_F(Undo, the_last_goes_first) {
  run({.steps = {MakeDirectory{.path = at("/srv/a")}, MakeDirectory{.path = at("/srv/a/b")},
                 WriteFile{.path = at("/srv/a/b/c"), .content = "c"}}});
  take_all_back();
  EXPECT_FALSE(is_there("/srv/a"));
}

TEST_F(Undo, only_what_left_is_put_back) {
  const WriteFile a{.path = at("/etc/a"), .content = "a"};
  run({.steps = {a, WriteFile{.path = at("/etc/b"), .content = "b"}}});
  run({.steps = {a}});
  EXPECT_EQ(text("/etc/a"), "a");
  EXPECT_FALSE(is_there("/etc/b"));
}

TEST_F(Undo, files_that_are_not_recorded_stay) {
  run({.steps = {WriteFile{.path = at("/etc/keys/ada"), .content = "ssh-ed25519"}}});
  take_all_back();
  EXPECT_EQ(text("/etc/keys/ada"), "ssh-ed25519");
}

TEST_F(Undo, only_root_reads_what_was_there_before) {
  ASSERT_TRUE(os::write_file(at("/etc/key"), "secret", {.mode = 0600}));
  run({.steps = {WriteFile{.path = at("/etc/key"), .content = "other", .mode = 0600}}});
  const auto files = os::list_directory(at("/record/files"));
  ASSERT_EQ(files->size(), 1U);
  EXPECT_EQ(os::read_state(at("/record/files/" + files->front()))->mode.mode, 0600U);
  EXPECT_EQ(os::read_state(at("/record/record.json"))->mode.mode, 0600U);
  EXPECT_FALSE(text("/record/record.json").contains("secret"));
  EXPECT_FALSE(text("/record/record.json").contains("other"));
  take_all_back();
  EXPECT_TRUE(os::list_directory(at("/record/files"))->empty());
}

TEST_F(Undo, a_record_that_cannot_be_read_is_told_and_kept) {
  run({.steps = {WriteFile{.path = at("/etc/a"), .content = "a"}}});
  for (const std::string& damaged :
       {std::string("{"), std::string(R"({"schema": 99})"), std::string(R"({"schema": 1})")}) {
    ASSERT_TRUE(os::write_file(at("/record/record.json"), damaged));
    const Report report = run({.steps = {WriteFile{.path = at("/etc/b"), .content = "b"}}});
    EXPECT_FALSE(report.succeeded());
    EXPECT_TRUE(report.outcomes[0].reason.contains("/record")) << report.outcomes[0].reason;
    EXPECT_EQ(text("/etc/b"), "b") << "the machine has what its plan says all the same";
    EXPECT_EQ(text("/etc/a"), "a");
    EXPECT_EQ(text("/record/record.json"), damaged);
  }
}

TEST_F(Undo, former_content_that_is_damaged_is_not_put_back) {
  ASSERT_TRUE(os::write_file(at("/etc/a"), "before"));
  run({.steps = {WriteFile{.path = at("/etc/a"), .content = "a"}}});
  const auto files = os::list_directory(at("/record/files"));
  ASSERT_TRUE(os::write_file(at("/record/files/" + files->front()), "rot"));
  EXPECT_FALSE(take_all_back().succeeded());
  EXPECT_EQ(text("/etc/a"), "a");
}

}  // namespace
}  // namespace muster::apply
