// What the store promises of a power cut, as far as a program can see it: who waits for the disk.

#include <atomic>
#include <cerrno>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/os/files.h"
#include "core/state/store.h"

namespace {

std::atomic<int> waits = 0;
std::atomic<bool> disk_fails = false;

int fail_to_sync() {
  errno = EIO;
  return -1;
}

}  // namespace

// SQLite calls these of the program in place of the C library's.
extern "C" int fdatasync(int descriptor) {
  ++waits;
  if (disk_fails) return fail_to_sync();
  return static_cast<int>(syscall(SYS_fdatasync, descriptor));
}

extern "C" int fsync(int descriptor) {
  ++waits;
  if (disk_fails) return fail_to_sync();
  return static_cast<int>(syscall(SYS_fsync, descriptor));
}

namespace muster::state {
namespace {

TEST(Durability, only_a_full_commit_waits_for_the_disk) {
  const auto directory = os::TemporaryDirectory::make();
  ASSERT_TRUE(directory) << directory.error().text();
  const auto store = open_sqlite_store((directory->path() / "state.db").string());
  ASSERT_TRUE(store) << store.error().text();
  const auto waits_of = [&](Durability durability) {
    const int before = waits;
    const auto done =
        (*store)->commit({.changes = {{.kind = "k", .key = "a", .value = "1"}}}, durability);
    EXPECT_TRUE(done) << done.error().text();
    return waits - before;
  };
  EXPECT_GT(waits_of(Durability::full), 0);
  EXPECT_EQ(waits_of(Durability::relaxed), 0);
  EXPECT_GT(waits_of(Durability::full), 0) << "after a relaxed one";
}

TEST(Durability, after_a_wait_that_failed_no_commit_counts_that_only_the_log_has) {
  const auto directory = os::TemporaryDirectory::make();
  ASSERT_TRUE(directory) << directory.error().text();
  const auto file = directory->path() / "state.db";
  const auto store = open_sqlite_store(file.string());
  ASSERT_TRUE(store) << store.error().text();
  const auto put = [&](const char* key, Durability durability) {
    return (*store)->commit({.changes = {{.kind = "k", .key = key, .value = "1"}}}, durability);
  };
  ASSERT_TRUE(put("relaxed", Durability::relaxed));
  disk_fails = true;
  EXPECT_FALSE(put("failed", Durability::full));
  EXPECT_FALSE(put("failed", Durability::full)) << "the disk still fails";
  disk_fails = false;
  ASSERT_TRUE(put("full", Durability::full));
  // The kernel may have lost pages of the log that it called written, and what follows them is then
  // not read at the next start: this is the file without its log.
  std::filesystem::copy_file(file, directory->path() / "copy.db");
  const auto copy = open_sqlite_store((directory->path() / "copy.db").string());
  ASSERT_TRUE(copy) << copy.error().text();
  EXPECT_TRUE((*copy)->find("k", "relaxed").value());
  EXPECT_FALSE((*copy)->find("k", "failed").value());
}

}  // namespace
}  // namespace muster::state
