// A head that becomes the one of a backup, and what stops it.

#include "head/restore.h"

#include <cstdio>
#include <signal.h>
#include <sys/mount.h>

#include "tests/contract/backup/small_head.h"

namespace muster::head {
namespace {

const std::vector<std::string> kWholeRestore = {
    "stop musterd.service muster-watch.service muster-apply.service",
    "reload-or-restart muster-prepare.service", "start musterd.service muster-watch.service",
    "try-reload-or-restart muster-nginx.service", "try-restart ssh.service"};

class Restore : public SmallHeadTest {
 protected:
  RestoreTarget target(SpecFrom spec_from = SpecFrom::head) const {
    return {.root = root(), .spec_from = spec_from};
  }
  Status restore_all(SpecFrom spec_from = SpecFrom::head) {
    const auto backup = open();
    if (!backup) return std::unexpected(backup.error());
    TRY(check_restore(*backup, target(spec_from)));
    auto restored = restore(runner(), *backup, target(spec_from), about());
    if (!restored) return std::unexpected(std::move(restored).error());
    kept_ = *restored;
    return {};
  }
  /// Where the last restore kept what there was.
  std::optional<std::filesystem::path> kept_;
  /// The head forgets all and begins anew, as a live head does at a power cut.
  void begin_anew() {
    ASSERT_TRUE(os::remove_tree(root()));
    make_head(root());
    ASSERT_TRUE(os::write_file(at("/var/lib/muster/ca/ca.key"), "new key", {.mode = 0600}));
    store("new");
  }
};

TEST_F(Restore, makes_a_fresh_head_the_one_of_the_backup) {
  back_up();
  begin_anew();
  const Status restored = restore_all();
  ASSERT_TRUE(restored) << restored.error().text();
  EXPECT_EQ(stored(), "1");
  EXPECT_EQ(*os::read_file(at("/var/lib/muster/ca/ca.key")), "ca key");
  EXPECT_EQ(os::read_state(at("/var/lib/muster/ca/ca.key"))->mode.mode, 0600U);
  EXPECT_FALSE(is_half_restored(root()));
  EXPECT_EQ(runner().asked, (kWholeRestore));
}

TEST_F(Restore, gives_files_to_whom_the_present_ones_belong) {
  back_up();
  begin_anew();
  constexpr int kSomebody = 4711;
  ASSERT_EQ(chown(at("/var/lib/muster/ca/ca.key").c_str(), kSomebody, kSomebody), 0);
  ASSERT_TRUE(os::remove_tree(at("/var/lib/muster/secrets")));
  ASSERT_EQ(chown(at("/var/lib/muster").c_str(), kSomebody, kSomebody), 0);
  ASSERT_TRUE(restore_all());
  EXPECT_EQ(os::read_state(at("/var/lib/muster/ca/ca.key"))->mode.uid, kSomebody);
  EXPECT_EQ(os::read_state(at("/var/lib/muster/secrets"))->mode.uid, kSomebody);
  EXPECT_EQ(os::read_state(at("/var/lib/muster/secrets"))->mode.mode, 0700U);
  EXPECT_EQ(os::read_state(at("/var/lib/muster/secrets/slurm.key"))->mode.gid, kSomebody);
}

TEST_F(Restore, keeps_what_the_head_knew_so_that_it_can_go_back) {
  back_up();
  begin_anew();
  ASSERT_TRUE(restore_all());
  ASSERT_EQ(stored(), "1");
  ASSERT_TRUE(os::copy_file(root() / kBeforeRestore.substr(1), archive()));
  ASSERT_TRUE(restore_all());
  EXPECT_EQ(stored(), "new");
  EXPECT_EQ(*os::read_file(at("/var/lib/muster/ca/ca.key")), "new key");
  EXPECT_TRUE(restore_all());
  EXPECT_EQ(*os::list_directory(at("/var/lib/muster-head")),
            (std::vector<std::string>{"before-restore-2.tgz", "before-restore-3.tgz",
                                      "before-restore.tgz", "id_ed25519", "networks.json"}))
      << "what was kept is never replaced";
}

TEST_F(Restore, says_where_it_kept_what_there_was) {
  back_up();
  ASSERT_TRUE(restore_all());
  EXPECT_EQ(kept_, at(kBeforeRestore));
  ASSERT_TRUE(restore_all());
  EXPECT_EQ(kept_, at("/var/lib/muster-head/before-restore-2.tgz"));
  ASSERT_TRUE(os::remove_tree(root()));
  make_head(root());
  ASSERT_TRUE(restore_all());
  EXPECT_EQ(kept_, std::nullopt) << "there was nothing";
}

TEST_F(Restore, keeps_nothing_when_somebody_says_so) {
  back_up();
  store("unreadable");
  const auto backup = open();
  ASSERT_TRUE(backup);
  const auto restored =
      restore(runner(), *backup, {.root = root(), .present = Present::discard}, about());
  ASSERT_TRUE(restored) << restored.error().text();
  EXPECT_EQ(*restored, std::nullopt);
  EXPECT_TRUE(os::is_missing(at(kBeforeRestore)));
  EXPECT_EQ(stored(), "1");
}

TEST_F(Restore, of_a_backup_without_cluster_yaml_does_not_promise_one) {
  const auto spec = at("/etc/muster/cluster.yaml");
  ASSERT_TRUE(os::rename_file(spec, at("/run/spec")));
  back_up();
  ASSERT_TRUE(os::rename_file(at("/run/spec"), spec));
  const Status refused = restore_all(SpecFrom::backup);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "the backup has no cluster.yaml");
  EXPECT_TRUE(restore_all());
}

TEST_F(Restore, is_not_interrupted_between_stop_and_start) {
  back_up();
  store("new");
  const auto restore_while_told_to_end = [&] {
    os::end_programs_on_signals();
    const os::OrderlyEnd orderly;
    runner().before_each = [] { raise(SIGTERM); };
    if (restore_all() && runner().asked == kWholeRestore) std::fputs("whole", stderr);
  };
  EXPECT_EXIT(restore_while_told_to_end(), testing::KilledBySignal(SIGTERM), "whole");
  EXPECT_EQ(stored(), "1");
  EXPECT_FALSE(is_half_restored(root()));
}

TEST_F(Restore, replaces_a_damaged_database_and_keeps_it) {
  back_up();
  ASSERT_TRUE(os::write_file(at(kDatabase), "half a sector"));
  EXPECT_FALSE(read_database_schema(at(kDatabase)));
  ASSERT_TRUE(restore_all());
  EXPECT_EQ(stored(), "1");
  const auto kept = open_backup(runner(), root() / kBeforeRestore.substr(1), root());
  ASSERT_TRUE(kept) << kept.error().text();
  EXPECT_EQ(*os::read_file(kept->place.path() / "files/var/lib/muster/state.db"), "half a sector");
}

TEST_F(Restore, gives_a_state_disk_the_keys_by_which_people_know_the_head) {
  back_up();
  begin_anew();
  ASSERT_TRUE(restore_all());
  EXPECT_TRUE(os::is_missing(at("/var/lib/muster-keys"))) << "there is no state disk";
  ASSERT_TRUE(os::write_file(at("/var/lib/muster-keys/ssh_host_ed25519_key"), "fresh"));
  ASSERT_TRUE(restore_all());
  EXPECT_EQ(*os::read_file(at("/var/lib/muster-keys/ssh_host_ed25519_key")), "host");
  EXPECT_EQ(os::read_state(at("/var/lib/muster-keys/ssh_host_ed25519_key"))->mode.mode, 0600U);
}

TEST_F(Restore, leaves_no_log_of_another_database) {
  back_up();
  ASSERT_TRUE(os::write_file(at("/var/lib/muster/state.db-wal"), "of another"));
  ASSERT_TRUE(os::write_file(at("/var/lib/muster/state.db-shm"), "of another"));
  ASSERT_TRUE(restore_all());
  EXPECT_TRUE(os::is_missing(at("/var/lib/muster/state.db-wal")));
  EXPECT_TRUE(os::is_missing(at("/var/lib/muster/state.db-shm")));
}

TEST_F(Restore, of_a_head_that_went_down_in_the_middle_has_the_log_too) {
  std::filesystem::copy_file(at(kDatabase), at("/run/before"));
  auto store = state::open_sqlite_store(at(kDatabase).string());
  ASSERT_TRUE((*store)->commit({.changes = {{.kind = "k", .key = "a", .value = "in the log"}}}));
  ASSERT_FALSE(os::is_missing(at(kDatabaseLog)));
  back_up();
  store->reset();
  begin_anew();
  ASSERT_TRUE(restore_all());
  EXPECT_EQ(stored(), "in the log");
}

TEST_F(Restore, takes_the_cluster_of_the_heads_own_file_unless_it_is_told) {
  back_up();
  begin_anew();
  const std::string changed = std::string(kSmallSpec) + "# changed\n";
  ASSERT_TRUE(os::write_file(at("/etc/muster/cluster.yaml"), changed));
  ASSERT_TRUE(restore_all());
  EXPECT_EQ(*os::read_file(at("/etc/muster/cluster.yaml")), changed);
  ASSERT_TRUE(restore_all(SpecFrom::backup));
  EXPECT_EQ(*os::read_file(at("/etc/muster/cluster.yaml")), kSmallSpec);
  ASSERT_TRUE(os::remove_tree(at("/etc/muster/cluster.yaml")));
  ASSERT_TRUE(restore_all());
  EXPECT_EQ(*os::read_file(at("/etc/muster/cluster.yaml")), kSmallSpec) << "there was none";
}

TEST_F(Restore, of_another_cluster_is_refused_and_changes_nothing) {
  back_up();
  begin_anew();
  std::string other = kSmallSpec;
  other.replace(other.find("10.42.0.1/16"), 12, "10.42.0.2/16");
  ASSERT_TRUE(os::write_file(at("/etc/muster/cluster.yaml"), other));
  const Status refused = restore_all();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_NE(refused.error().message.find("10.42.0.2"), std::string::npos);
  EXPECT_TRUE(runner().asked.empty());
  EXPECT_EQ(stored(), "new");
  EXPECT_TRUE(restore_all(SpecFrom::backup));
}

TEST_F(Restore, of_a_newer_database_is_refused) {
  back_up();
  auto backup = open();
  ASSERT_TRUE(backup);
  backup->manifest.schema = state::kStoreSchema + 1;
  const Status refused = check_restore(*backup, target());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
}

TEST_F(Restore, writes_through_no_link_in_the_daemons_directory) {
  back_up();
  ASSERT_TRUE(os::remove_tree(at("/var/lib/muster/ca")));
  ASSERT_TRUE(os::write_symlink(at("/var/lib/muster/ca"), at("/etc")));
  EXPECT_FALSE(restore_all());
  EXPECT_TRUE(os::is_missing(at("/etc/ca.key")));
  EXPECT_TRUE(runner().asked.empty());
}

TEST_F(Restore, that_cannot_keep_what_there_is_changes_nothing_and_starts_the_head_again) {
  back_up();
  begin_anew();
  const auto place = at("/var/lib/muster-head");
  ASSERT_EQ(mount(disk().c_str(), place.c_str(), nullptr, MS_BIND, nullptr), 0);
  fill();
  const auto backup = open();
  const auto restored = restore(runner(), *backup, target(), about());
  ASSERT_FALSE(restored);
  EXPECT_TRUE(restored.error().hint.contains("--discard")) << restored.error().text();
  EXPECT_EQ(stored(), "new");
  EXPECT_EQ(runner().asked, kWholeRestore);
  ASSERT_EQ(umount(place.c_str()), 0);
}

TEST_F(Restore, on_a_disk_that_becomes_full_is_not_half_believed_and_can_be_repeated) {
  back_up();
  begin_anew();
  ASSERT_TRUE(os::remove_tree(at("/var/lib/muster/ca")));
  // Found as a directory: a mount as a state disk has it.
  ASSERT_TRUE(os::make_directory(at("/var/lib/muster/ca")));
  ASSERT_EQ(mount(disk().c_str(), at("/var/lib/muster/ca").c_str(), nullptr, MS_BIND, nullptr), 0);
  fill();
  EXPECT_FALSE(restore_all());
  EXPECT_TRUE(is_half_restored(root()));
  EXPECT_EQ(runner().asked,
            (std::vector<std::string>{kWholeRestore.front(), "start muster-watch.service"}))
      << "no daemon starts with half of it, and the firewall stands";
  const std::string kept = *os::read_file(root() / kBeforeRestore.substr(1));
  make_room();
  EXPECT_TRUE(restore_all());
  EXPECT_FALSE(is_half_restored(root()));
  EXPECT_EQ(stored(), "1");
  EXPECT_EQ(*os::read_file(root() / kBeforeRestore.substr(1)), kept)
      << "what is half restored was never the head";
  ASSERT_EQ(umount(at("/var/lib/muster/ca").c_str()), 0);
}

TEST_F(Restore, that_cannot_stop_the_daemons_changes_nothing_and_starts_them_again) {
  back_up();
  store("new");
  runner().fails_at = "stop";
  EXPECT_FALSE(restore_all());
  EXPECT_EQ(stored(), "new");
  EXPECT_EQ(runner().asked, kWholeRestore);
}

TEST_F(Restore, prepares_a_head_that_cannot_be_reloaded_by_a_restart) {
  back_up();
  runner().fails_at = "reload-or-restart";
  ASSERT_TRUE(restore_all());
  EXPECT_EQ(runner().asked.at(2), "restart muster-prepare.service");
  EXPECT_EQ(runner().asked.back(), "try-restart ssh.service");
}

TEST_F(Restore, gives_the_ssh_server_its_keys_though_a_daemon_does_not_start) {
  back_up();
  runner().fails_at = "start";
  EXPECT_FALSE(restore_all());
  EXPECT_EQ(runner().asked, kWholeRestore);
}

TEST_F(Restore, changes_nothing_where_a_link_leads_nowhere) {
  back_up();
  ASSERT_TRUE(os::remove_tree(at("/var/lib/muster/ca")));
  ASSERT_TRUE(os::write_symlink(at("/var/lib/muster/ca"), "/nowhere"));
  EXPECT_FALSE(restore_all());
  EXPECT_TRUE(runner().asked.empty());
  EXPECT_FALSE(is_half_restored(root()));
}

TEST_F(Restore, tells_when_the_daemons_do_not_start) {
  back_up();
  runner().fails_at = "start";
  const Status restored = restore_all();
  ASSERT_FALSE(restored);
  EXPECT_TRUE(restored.error().message.starts_with("the backup is put back, but not all"))
      << restored.error().text();
  EXPECT_FALSE(is_half_restored(root())) << "the files are whole";
}

TEST_F(Restore, needs_the_package_of_a_head) {
  back_up();
  const auto backup = open();
  ASSERT_TRUE(os::remove_tree(at("/var/lib/muster")));
  const Status refused = check_restore(*backup, target());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::absent);
}

}  // namespace
}  // namespace muster::head
