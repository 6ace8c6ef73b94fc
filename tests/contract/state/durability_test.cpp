// What the store promises of a power cut, as far as a program can see it: who waits for the disk.

#include <atomic>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/os/files.h"
#include "core/state/store.h"

namespace {

std::atomic<int> waits = 0;

}  // namespace

// SQLite calls these of the program in place of the C library's.
extern "C" int fdatasync(int descriptor) {
  ++waits;
  return static_cast<int>(syscall(SYS_fdatasync, descriptor));
}

extern "C" int fsync(int descriptor) {
  ++waits;
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

}  // namespace
}  // namespace muster::state
