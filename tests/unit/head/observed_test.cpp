#include "head/observed.h"

#include <gtest/gtest.h>

namespace muster::head {
namespace {

const std::vector<std::string> kShared = {"/home", "/srv/data"};

std::vector<std::string> unshared(const std::vector<Mount>& mounts) {
  std::vector<std::string> directories;
  for (const Mount& mount : find_unshared(mounts, kShared)) directories.push_back(mount.directory);
  return directories;
}

TEST(Unshared, file_systems_on_disks_below_a_volume_are_shared_with_it) {
  EXPECT_EQ(unshared({{"/home", "ext4", "/dev/sda3"},
                      {"/home/ada", "xfs", "/dev/sdb1"},
                      {"/home/bob", "zfs", "tank/bob"},
                      {"/srv/data/x", "btrfs", "/dev/mapper/x"}}),
            std::vector<std::string>{});
}

TEST(Unshared, file_systems_without_a_disk_are_not) {
  EXPECT_EQ(
      unshared({{"/home/ada", "nfs4", "nas:/ada"},
                {"/home/bob/stick", "fuseblk", "/dev/sdc1"},
                {"/home/cy", "tmpfs", "tmpfs"},
                {"/srv/data/lower", "overlay", "overlay"}}),
      (std::vector<std::string>{"/home/ada", "/home/bob/stick", "/home/cy", "/srv/data/lower"}));
}

TEST(Unshared, what_lies_elsewhere_is_nobodys_business) {
  EXPECT_EQ(unshared({{"/", "overlay", "overlay"},
                      {"/homes/ada", "nfs4", "nas:/ada"},
                      {"/home", "tmpfs", "muster-home"},
                      {"/srv/database", "fuse.x", "x"}}),
            std::vector<std::string>{})
      << "a volume of a live head lies in memory and has an identity of its own";
}

TEST(Unshared, what_users_mount_for_themselves_is_no_problem_of_the_cluster) {
  EXPECT_EQ(unshared({{"/home/ada/x", "fuse.sshfs", "host:", 10000},
                      {"/home/bob", "fuse.glusterfs", "vol", 0}}),
            std::vector<std::string>{"/home/bob"});
}

TEST(Unshared, homes_that_are_mounted_when_somebody_looks_are_for_the_head_alone) {
  EXPECT_EQ(unshared({{"/home", "autofs", "auto.home"}}), std::vector<std::string>{"/home"});
}

TEST(Unshared, the_last_mount_at_a_directory_counts) {
  EXPECT_EQ(unshared({{"/home/ada", "autofs", "auto.home"}, {"/home/ada", "ext4", "/dev/sdb1"}}),
            std::vector<std::string>{});
}

TEST(Observed, is_read_as_it_was_written) {
  const Observed observed{.unshared = {{"/home/\xff", "nfs4", "nas:/"}},
                          .put_right = {{"nftables: the table 'inet muster'", 1'764'000'000'000}}};
  const auto read = parse_observed(render_observed(observed));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->put_right, observed.put_right);
  EXPECT_EQ(read->unshared.size(), 1U) << "a name that is no UTF-8 is shown with a mark in it";
  EXPECT_EQ(parse_observed("{}"), std::nullopt);
  EXPECT_EQ(parse_observed("[1"), std::nullopt);
}

}  // namespace
}  // namespace muster::head
