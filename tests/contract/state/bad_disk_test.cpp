// The store on a disk that is full, read-only or failing: it opens, answers what it has, says what
// is wrong, and goes on when the disk does.

#include <cerrno>
#include <functional>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/mount.h>

#include "core/os/files.h"
#include "core/state/store.h"
#include "tests/contract/support/small_disk.h"

namespace muster::state {
namespace {

class SmallDisk : public SmallDiskTest {
 protected:
  SmallDisk() : SmallDiskTest("size=2M") {}
  void TearDown() override {
    store_.reset();
    SmallDiskTest::TearDown();
  }

  std::string file() const { return disk() + "/state.db"; }

  /// Opens the store that `store_` is from now on.
  void open() {
    store_.reset();
    auto opened = open_sqlite_store(file());
    ASSERT_TRUE(opened) << opened.error().text();
    store_ = std::move(*opened);
  }
  Result<Revision> put(const std::string& value) {
    return store_->commit({.changes = {{.kind = "k", .key = "a", .value = value}}});
  }
  /// The value of the document that put() writes.
  std::string read() {
    const auto found = store_->find("k", "a");
    if (!found) return found.error().text();
    return *found ? (*found)->value : "none";
  }
  void expect_trouble(const std::string& part) {
    const auto trouble = store_->trouble();
    ASSERT_TRUE(trouble) << part;
    EXPECT_EQ(trouble->kind, ErrorKind::world);
    EXPECT_NE(trouble->message.find("cannot write '" + file() + "': " + part), std::string::npos)
        << trouble->text();
    EXPECT_FALSE(trouble->hint.empty());
  }

  std::unique_ptr<Store> store_;
};

TEST_F(SmallDisk, a_store_opens_on_a_full_disk_without_writing) {
  open();
  ASSERT_TRUE(put("1"));
  store_.reset();
  fill();
  open();
  EXPECT_EQ(read(), "1");
  EXPECT_FALSE(store_->trouble()) << "nothing had to be written";
}

TEST_F(SmallDisk, a_commit_on_a_full_disk_says_so_and_the_next_one_succeeds_when_there_is_room) {
  open();
  ASSERT_TRUE(put("1"));
  fill();
  const std::string large(200'000, 'v');
  const auto refused = put(large);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::world);
  EXPECT_EQ(refused.error().message, "cannot write '" + file() + "': the disk is full");
  EXPECT_EQ(read(), "1") << "nothing of it is half there";
  EXPECT_EQ(*store_->revision(), 1U);
  make_room();
  ASSERT_TRUE(put(large));
  EXPECT_FALSE(store_->trouble());
  open();
  EXPECT_EQ(read(), large);
}

TEST_F(SmallDisk, the_trouble_of_a_full_disk_ends_when_there_is_room_and_nobody_commits) {
  open();
  ASSERT_TRUE(put("1"));
  fill();
  ASSERT_FALSE(put(std::string(200'000, 'v')));
  make_room();
  EXPECT_FALSE(store_->trouble());
}

TEST_F(SmallDisk, a_commit_that_fits_into_the_room_of_the_log_succeeds_on_a_full_disk) {
  open();
  ASSERT_TRUE(put("0"));
  open();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(put(std::to_string(i)));
  fill();
  ASSERT_FALSE(put(std::string(200'000, 'v')));
  EXPECT_TRUE(put("small"));
  EXPECT_EQ(read(), "small");
}

TEST_F(SmallDisk, a_store_on_a_bad_disk_is_copied_to_another) {
  const auto other = os::TemporaryDirectory::make();
  open();
  ASSERT_TRUE(put("1"));
  fill();
  ASSERT_FALSE(put(std::string(200'000, 'v')));
  const Status of_full = store_->copy_to((other->path() / "full.db").string());
  EXPECT_TRUE(of_full) << of_full.error().text();
  store_.reset();
  remount(MS_RDONLY);
  open();
  const std::string copied = (other->path() / "read-only.db").string();
  const Status of_read_only = store_->copy_to(copied);
  ASSERT_TRUE(of_read_only) << of_read_only.error().text();
  const auto copy = open_sqlite_store(copied);
  EXPECT_EQ((*(*copy)->find("k", "a"))->value, "1");
  remount(0);
}

TEST_F(SmallDisk, a_copy_that_has_no_room_says_which_disk_is_full) {
  const auto other = os::TemporaryDirectory::make();
  auto store = open_sqlite_store((other->path() / "state.db").string());
  ASSERT_TRUE((*store)->commit(
      {.changes = {{.kind = "k", .key = "a", .value = std::string(3'000'000, 'v')}}}));
  const Status done = (*store)->copy_to(disk() + "/copy.db");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "cannot write '" + disk() + "/copy.db': the disk is full");
}

TEST_F(SmallDisk, a_store_that_could_not_be_made_is_not_copied) {
  remount(MS_RDONLY);
  open();
  const auto other = os::TemporaryDirectory::make();
  const Status done = store_->copy_to((other->path() / "copy.db").string());
  remount(0);
  ASSERT_FALSE(done) << "a copy without anything would look like a cluster without nodes";
  EXPECT_NE(done.error().message.find(file()), std::string::npos) << done.error().text();
}

TEST_F(SmallDisk, a_new_store_on_a_full_disk_is_empty_until_there_is_room) {
  fill();
  open();
  EXPECT_EQ(read(), "none");
  EXPECT_FALSE(put("1"));
  expect_trouble("the disk is full");
  make_room();
  ASSERT_TRUE(put("1"));
  open();
  EXPECT_EQ(read(), "1");
}

TEST_F(SmallDisk, a_store_on_a_read_only_disk_is_read_with_what_its_log_has) {
  open();
  ASSERT_TRUE(put("1"));
  // As after a power cut: the log was not yet written into the file.
  const std::string log = file() + "-wal";
  ASSERT_TRUE(std::filesystem::exists(log));
  std::filesystem::copy_file(file(), disk() + "/f");
  std::filesystem::copy_file(log, disk() + "/l");
  store_.reset();
  std::filesystem::rename(disk() + "/f", file());
  std::filesystem::rename(disk() + "/l", log);
  remount(MS_RDONLY);
  open();
  EXPECT_EQ(read(), "1");
  EXPECT_FALSE(put("2"));
  expect_trouble("the file system is read-only");
  remount(0);
  ASSERT_TRUE(put("2"));
  EXPECT_FALSE(store_->trouble());
  open();
  EXPECT_EQ(read(), "2");
}

TEST_F(SmallDisk, a_store_that_was_closed_well_is_read_on_a_read_only_disk) {
  open();
  ASSERT_TRUE(put("1"));
  store_.reset();
  remount(MS_RDONLY);
  open();
  EXPECT_EQ(read(), "1");
  expect_trouble("the file system is read-only");
  remount(0);
}

TEST_F(SmallDisk, a_new_store_on_a_read_only_disk_is_empty) {
  remount(MS_RDONLY);
  open();
  EXPECT_EQ(read(), "none");
  expect_trouble("the file system is read-only");
  remount(0);
  EXPECT_TRUE(put("1"));
}

/// The errno with which each write of SQLite fails now; 0: none does.
int write_fails_with = 0;
ssize_t fail_to_write(int descriptor, const void* bytes, std::size_t size, off_t offset) {
  if (write_fails_with == 0) return pwrite(descriptor, bytes, size, offset);
  errno = write_fails_with;
  return -1;
}

class FailingDisk : public SmallDisk {
 protected:
  void SetUp() override {
    SmallDisk::SetUp();
    if (IsSkipped()) return;
    sqlite3_initialize();
    sqlite3_vfs* const vfs = sqlite3_vfs_find(nullptr);
    for (const char* call : {"pwrite", "pwrite64"}) {
      vfs->xSetSystemCall(vfs, call, reinterpret_cast<sqlite3_syscall_ptr>(&fail_to_write));
    }
  }
  void TearDown() override {
    write_fails_with = 0;
    sqlite3_vfs* const vfs = sqlite3_vfs_find(nullptr);
    vfs->xSetSystemCall(vfs, nullptr, nullptr);
    SmallDisk::TearDown();
  }
};

TEST_F(FailingDisk, a_failing_disk_is_told_and_the_store_goes_on_when_it_does_not_fail) {
  open();
  ASSERT_TRUE(put("1"));
  write_fails_with = EIO;
  EXPECT_FALSE(put("2"));
  expect_trouble("the disk fails (Input/output error)");
  EXPECT_EQ(read(), "1");
  write_fails_with = 0;
  ASSERT_TRUE(put("3"));
  EXPECT_FALSE(store_->trouble());
  open();
  EXPECT_EQ(read(), "3");
}

TEST_F(FailingDisk, a_disk_that_becomes_read_only_while_the_store_is_open_is_told) {
  open();
  ASSERT_TRUE(put("1"));
  write_fails_with = EROFS;
  EXPECT_FALSE(put("2"));
  expect_trouble("the file system is read-only");
  EXPECT_EQ(read(), "1");
  write_fails_with = 0;
  EXPECT_TRUE(put("2"));
}

TEST_F(FailingDisk, a_store_opens_while_each_write_fails) {
  open();
  ASSERT_TRUE(put("1"));
  store_.reset();
  write_fails_with = EIO;
  open();
  EXPECT_EQ(read(), "1");
  EXPECT_FALSE(put("2"));
  expect_trouble("the disk fails (Input/output error)");
}

TEST_F(FailingDisk, a_stale_change_does_not_hide_what_the_disk_said) {
  open();
  ASSERT_TRUE(put("1"));
  write_fails_with = EDQUOT;
  EXPECT_FALSE(put("2"));
  EXPECT_FALSE(store_->commit(
      {.changes = {{.kind = "k", .key = "a", .value = "3", .expected = Revision{7}}}}));
  expect_trouble("the disk is full");
}

}  // namespace
}  // namespace muster::state
