#include "control/disk_health.h"

#include <gtest/gtest.h>

namespace muster::control {
namespace {

os::FileSystem disk_with(Bytes free) {
  return {.source = "/dev/sda2",
          .type = "ext4",
          .size = Bytes::from_mib(20 * 1024),
          .free = free,
          .files_left = 1'000'000};
}

std::vector<Problem> problems_of(const os::FileSystem& disk) {
  return disk_problems({.directory = "/var/lib/muster", .file_system = disk});
}

TEST(DiskHealth, nothing_is_wrong_with_a_disk_that_has_room) {
  EXPECT_TRUE(problems_of(disk_with(Bytes::from_mib(256))).empty());
}

TEST(DiskHealth, a_disk_that_is_nearly_full_is_told_with_what_is_left) {
  const auto problems = problems_of(disk_with(Bytes::from_mib(100)));
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].what,
            "the file system of /var/lib/muster (/dev/sda2, ext4) is nearly full: 100.0 MiB of "
            "20.0 GiB are free");
  EXPECT_TRUE(problems[0].next_step.contains("apt-get clean")) << problems[0].next_step;
}

TEST(DiskHealth, a_full_disk_is_told_with_what_to_delete) {
  const auto problems = problems_of(disk_with({}));
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_TRUE(problems[0].what.contains("is full: 0 ")) << problems[0].what;
  EXPECT_TRUE(problems[0].next_step.contains("nothing in /var/lib/muster"))
      << problems[0].next_step;
}

TEST(DiskHealth, a_disk_that_is_full_of_small_files_is_told) {
  os::FileSystem disk = disk_with(Bytes::from_mib(5'000));
  disk.files_left = 3;
  const auto problems = problems_of(disk);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_TRUE(problems[0].what.contains("can take only 3 more files")) << problems[0].what;
}

TEST(DiskHealth, a_file_system_that_counts_no_files_is_not_full_of_them) {
  os::FileSystem disk = disk_with(Bytes::from_mib(5'000));
  disk.files_left.reset();
  EXPECT_TRUE(problems_of(disk).empty());
}

TEST(DiskHealth, a_read_only_disk_is_told_before_how_full_it_is) {
  os::FileSystem disk = disk_with({});
  disk.is_read_only = true;
  const auto problems = problems_of(disk);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_TRUE(problems[0].what.contains("is read-only: nothing can be saved")) << problems[0].what;
  EXPECT_TRUE(problems[0].next_step.contains("dmesg")) << problems[0].next_step;
}

TEST(DiskHealth, what_could_not_be_written_or_read_is_told_with_its_reason) {
  const std::vector<PendingWrites::Failure> failures = {
      {.what = "the key of Slurm", .error = {.message = "no space left", .hint = "free some"}}};
  const std::vector<Error> lost = {{.message = "no users", .hint = "restore them"}};
  const auto problems =
      disk_problems({.directory = "/var/lib/muster",
                     .store_trouble = Error{.message = "database or disk is full", .hint = ""},
                     .failures = failures,
                     .lost = lost});
  ASSERT_EQ(problems.size(), 3U);
  EXPECT_EQ(problems[0].what, "the head's database takes no changes: database or disk is full");
  EXPECT_EQ(problems[1], (Problem{"the head could not save the key of Slurm: no space left",
                                  "free some; it is tried again by itself"}));
  EXPECT_EQ(problems[2], (Problem{"no users", "restore them"}));
}

}  // namespace
}  // namespace muster::control
