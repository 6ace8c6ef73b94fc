#pragma once
// A small disk that a test fills or makes read-only.

#include <gtest/gtest.h>
#include <optional>
#include <sched.h>
#include <string>
#include <sys/mount.h>
#include <unistd.h>

#include "core/os/files.h"

namespace muster {

/// A small file system of its own, seen by this program only.
class SmallDiskTest : public testing::Test {
 protected:
  /// `size`: as tmpfs(5) has it, "size=2M".
  explicit SmallDiskTest(const char* size) : size_(size) {}

  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "root is needed to mount";
    ASSERT_EQ(unshare(CLONE_NEWNS), 0);
    ASSERT_EQ(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
    mount_point_.emplace(*os::TemporaryDirectory::make());
    ASSERT_EQ(mount("tmpfs", disk().c_str(), "tmpfs", 0, size_), 0);
  }
  void TearDown() override {
    if (!mount_point_) return;
    EXPECT_EQ(umount(disk().c_str()), 0);
  }

  std::string disk() const { return mount_point_->path().string(); }
  void fill() const {
    // Down to the last page: the first write that fails leaves some room.
    for (std::size_t size = 1U << 20U; size >= 512; size /= 2) {
      while (os::append_file(disk() + "/filler", std::string(size, 'x'))) {
      }
    }
  }
  void make_room() const { ASSERT_TRUE(os::remove_tree(disk() + "/filler")); }
  /// `flags`: MS_RDONLY, or 0 for a disk that is written again.
  void remount(unsigned long flags) const {
    ASSERT_EQ(mount(nullptr, disk().c_str(), nullptr, MS_REMOUNT | flags, size_), 0);
  }

 private:
  const char* size_;
  std::optional<os::TemporaryDirectory> mount_point_;
};

}  // namespace muster
