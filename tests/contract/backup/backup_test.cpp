// Backups with the real tar, and what becomes of a damaged or hostile one.

#include "head/backup.h"

#include <fstream>
#include <sys/mount.h>

#include "head/backup_files.h"
#include "tests/contract/backup/small_head.h"

namespace muster::head {
namespace {

using Backup = SmallHeadTest;

TEST_F(Backup, has_everything_byte_for_byte_and_is_for_its_owner_only) {
  const BackupManifest made = back_up();
  EXPECT_EQ(os::read_state(archive())->mode.mode, 0600U);
  EXPECT_EQ(made.schema, state::kStoreSchema);
  const auto opened = open();
  ASSERT_TRUE(opened) << opened.error().text();
  EXPECT_EQ(opened->manifest, made);
  EXPECT_EQ(paths_of(made), (std::vector<std::string>{
                                "/etc/muster/cluster.yaml", "/etc/ssh/ssh_host_ed25519_key",
                                "/var/lib/muster-head/id_ed25519", "/var/lib/muster/ca/ca.key",
                                "/var/lib/muster/secrets/slurm.key", "/var/lib/muster/state.db"}));
  for (const BackupFile& file : made.files) {
    if (file.path == kDatabase) continue;
    EXPECT_EQ(*os::read_file(opened->path_of(file)), *os::read_file(at(file.path))) << file.path;
  }
  EXPECT_TRUE(os::list_directory(at("/run"))->size() == 1) << "only what is open is unpacked";
}

TEST_F(Backup, of_a_head_whose_daemon_runs_has_the_copy_that_the_daemon_made) {
  auto store = state::open_sqlite_store(at(kDatabase).string());
  ASSERT_TRUE((*store)->commit({.changes = {{.kind = "k", .key = "late", .value = "2"}}}));
  ASSERT_TRUE((*store)->copy_to(at("/run/copy").string()));
  const auto made =
      write_backup(runner(), {.root = root(), .database = at("/run/copy")}, about(), archive());
  ASSERT_TRUE(made) << made.error().text();
  EXPECT_TRUE(os::is_missing(at("/run/copy"))) << "it is taken away";
  const auto opened = open();
  ASSERT_TRUE(opened);
  const auto copy =
      state::open_sqlite_store((opened->place.path() / "files/var/lib/muster/state.db").string());
  EXPECT_EQ((*(*copy)->find("k", "late"))->value, "2");
}

TEST_F(Backup, believes_no_link_in_place_of_the_daemons_copy) {
  ASSERT_TRUE(os::write_symlink(at("/run/copy"), at("/etc/ssh/ssh_host_ed25519_key")));
  const auto made =
      write_backup(runner(), {.root = root(), .database = at("/run/copy")}, about(), archive());
  ASSERT_FALSE(made);
  EXPECT_TRUE(os::is_missing(archive()));
}

TEST_F(Backup, believes_no_second_name_of_another_file) {
  ASSERT_TRUE(os::write_file(at("/etc/shadow"), "SQLite format 3"));
  std::filesystem::create_hard_link(at("/etc/shadow"), at("/run/copy"));
  EXPECT_FALSE(
      write_backup(runner(), {.root = root(), .database = at("/run/copy")}, about(), archive()));
}

TEST_F(Backup, follows_no_link_in_the_daemons_directory) {
  ASSERT_TRUE(os::write_file(at("/etc/shadow"), "secret"));
  ASSERT_TRUE(os::write_symlink(at("/var/lib/muster/ca/link"), at("/etc/shadow")));
  ASSERT_TRUE(os::write_symlink(at("/var/lib/muster/tls"), at("/etc")));
  for (const std::string& path : paths_of(back_up())) {
    EXPECT_FALSE(path.contains("link") || path.contains("tls")) << path;
  }
}

/// Swaps a directory of the daemon for a link between the moment it is looked into and the moment
/// its files are read, as a daemon that was taken over would.
TEST_F(Backup, follows_no_link_that_comes_in_place_of_a_directory_meanwhile) {
  ASSERT_TRUE(os::write_file(at("/root/.ssh/ca.key"), "root's secret"));
  const auto found = find_backup_files(root());
  ASSERT_TRUE(found);
  const auto key = std::ranges::find(found->files, "/var/lib/muster/ca/ca.key", &FoundFile::path);
  ASSERT_NE(key, found->files.end());
  ASSERT_TRUE(take_file(*key, at("/run/staged")));
  ASSERT_TRUE(os::rename_file(at("/var/lib/muster/ca"), at("/var/lib/muster/old")));
  ASSERT_TRUE(os::write_symlink(at("/var/lib/muster/ca"), at("/root/.ssh")));
  const auto taken = take_file(*key, at("/run/staged"));
  ASSERT_FALSE(taken);
  EXPECT_TRUE(taken.error().message.contains("a link is on the way")) << taken.error().text();
  EXPECT_EQ(*os::read_file(at("/run/staged/var/lib/muster/ca/ca.key")), "ca key");
}

TEST_F(Backup, has_no_file_with_a_name_that_muster_never_gives) {
  for (const char* const name : {"\xff\xfe", "a\nb", "a b", ".hidden"}) {
    ASSERT_TRUE(os::write_file(at("/var/lib/muster/ca") / name, "x"));
  }
  EXPECT_EQ(back_up().files.size(), 6U);
  EXPECT_TRUE(open());
}

TEST_F(Backup, with_more_files_than_a_manifest_may_have_is_refused) {
  for (std::size_t i = 0; i < kMostBackupFiles; ++i) {
    std::ofstream(at("/var/lib/muster/ca") / std::to_string(i));
  }
  const auto made = write_backup(runner(), {.root = root()}, about(), archive());
  ASSERT_FALSE(made);
  EXPECT_TRUE(made.error().message.starts_with("there are 10006 files")) << made.error().text();
}

TEST_F(Backup, without_room_below_run_says_so_and_what_it_needs) {
  ASSERT_EQ(mount(disk().c_str(), at("/run").c_str(), nullptr, MS_BIND, nullptr), 0);
  fill();
  const auto made = write_backup(runner(), {.root = root()}, about(), archive());
  EXPECT_EQ(umount(at("/run").c_str()), 0);
  ASSERT_FALSE(made);
  EXPECT_TRUE(made.error().message.starts_with("there is no room to make a backup in '"))
      << made.error().text();
}

TEST_F(Backup, that_fails_leaves_no_copy_of_the_database_in_memory) {
  ASSERT_TRUE(os::copy_file(at(kDatabase), at("/run/copy")));
  ASSERT_TRUE(os::remove_tree(at("/etc/ssh")));
  ASSERT_TRUE(os::write_file(at("/etc/ssh"), "no directory"));
  EXPECT_FALSE(
      write_backup(runner(), {.root = root(), .database = at("/run/copy")}, about(), archive()));
  EXPECT_TRUE(os::is_missing(at("/run/copy")));
}

TEST_F(Backup, of_a_database_that_a_daemon_writes_meanwhile_is_refused) {
  const auto found = find_backup_files(root());
  ASSERT_TRUE(found);
  for (const FoundFile& file : found->files) ASSERT_TRUE(take_file(file, at("/run/staged")));
  EXPECT_TRUE(check_at_rest(root(), at("/run/staged")));
  store("2");
  const Status changed = check_at_rest(root(), at("/run/staged"));
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().kind, ErrorKind::busy);
}

TEST_F(Backup, that_was_killed_leaves_keys_only_until_the_next) {
  ASSERT_TRUE(os::write_file(at("/run/muster-backup.a1B2c3/archive/files/key"), "k"));
  ASSERT_TRUE(os::write_file(at("/run/muster-restore.a1B2c3/files/key"), "k"));
  ASSERT_TRUE(os::write_file(at("/run/muster-backup.lock"), ""));
  ASSERT_TRUE(remove_unpacked(root()));
  EXPECT_EQ(*os::list_directory(at("/run")), std::vector<std::string>{"muster-backup.lock"});
}

TEST_F(Backup, without_a_database_is_none) {
  ASSERT_TRUE(os::remove_tree(at(kDatabase)));
  const auto made = write_backup(runner(), {.root = root()}, about(), archive());
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, ErrorKind::absent);
  EXPECT_TRUE(os::is_missing(archive()));
}

// gzip has bytes without meaning: name and time in its header, and in zeros one distance of a copy
// is as good as another (RFC 1951, 3.2.5). Such a backup is whole.
TEST_F(Backup, with_any_byte_another_is_told_to_be_damaged_or_says_the_same) {
  const BackupManifest made = back_up();
  const std::string whole = *os::read_file(archive());
  std::size_t damaged = 0;
  for (std::size_t at = 20; at < whole.size(); at += whole.size() / 37 + 1) {
    std::string bad = whole;
    bad.at(at) = static_cast<char>(bad.at(at) ^ 0x55);
    ASSERT_TRUE(os::write_file(archive(), bad));
    const auto opened = open();
    if (opened) {
      EXPECT_EQ(opened->manifest, made) << "byte " << at;
      continue;
    }
    ++damaged;
    EXPECT_NE(opened.error().message.find(archive().string()), std::string::npos);
    EXPECT_FALSE(opened.error().hint.empty());
  }
  EXPECT_GE(damaged, 18U);
}

TEST_F(Backup, that_was_cut_off_is_told_to_be_damaged) {
  back_up();
  const std::string whole = *os::read_file(archive());
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{10}, whole.size() / 2, whole.size() - 1}) {
    ASSERT_TRUE(os::write_file(archive(), whole.substr(0, size)));
    EXPECT_FALSE(open()) << size;
  }
}

TEST_F(Backup, of_another_kind_is_told_to_be_none) {
  ASSERT_TRUE(os::write_file(archive(), "a letter"));
  EXPECT_FALSE(open());
  ASSERT_TRUE(os::remove_tree(archive()));
  const auto missing = open();
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find(archive().string()), std::string::npos);
}

TEST_F(Backup, with_another_file_than_its_manifest_says_is_refused) {
  const BackupManifest made = back_up();
  repack(made, [&](const std::filesystem::path& files) {
    ASSERT_TRUE(os::write_file(files / "var/lib/muster/ca/ca.key", "ca kEy"));
  });
  const auto opened = open();
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("'/var/lib/muster/ca/ca.key' has another content"),
            std::string::npos)
      << opened.error().text();
}

TEST_F(Backup, with_a_link_in_place_of_a_file_is_refused) {
  ASSERT_TRUE(os::write_file(at("/etc/target"), "ca key"));
  const BackupManifest made = back_up();
  repack(made, [&](const std::filesystem::path& files) {
    ASSERT_TRUE(os::write_symlink(files / "var/lib/muster/ca/ca.key", at("/etc/target")));
  });
  EXPECT_FALSE(open());
  repack(made, [&](const std::filesystem::path& files) {
    ASSERT_TRUE(os::remove_tree(files / "var/lib/muster/ca"));
    ASSERT_TRUE(os::write_symlink(files / "var/lib/muster/ca", at("/etc")));
  });
  EXPECT_FALSE(open());
}

TEST_F(Backup, on_a_full_disk_leaves_nothing_half) {
  const auto file = std::filesystem::path(disk()) / "head.tgz";
  fill();
  const auto made = write_backup(runner(), {.root = root()}, about(), file);
  ASSERT_FALSE(made);
  EXPECT_TRUE(os::is_missing(file));
  EXPECT_TRUE(os::is_missing(file.string() + ".part"));
  make_room();
  EXPECT_TRUE(write_backup(runner(), {.root = root()}, about(), file));
}

}  // namespace
}  // namespace muster::head
