#include "core/apply/bound.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "core/os/files.h"

namespace muster::apply {
namespace {

const std::string kShown = "/run/muster-volumes/home";

std::vector<Unbound> unbound(const std::vector<Mount>& mounts) {
  return find_unbound(mounts, "/home", kShown);
}

TEST(Bound, a_bind_of_an_older_version_lacks_what_lies_below) {
  EXPECT_EQ(unbound({{"/home", "ext4", "/dev/sda2"},
                     {"/home/ada", "xfs", "/dev/sdb1"},
                     {"/home/ada/scratch", "xfs", "/dev/sdc1"},
                     {"/home/bob", "ext4", "/dev/sdd1"},
                     {"/homes/x", "ext4", "/dev/sde1"},
                     {kShown, "ext4", "/dev/sda2"}}),
            (std::vector<Unbound>{{"/home/ada", kShown + "/ada"}, {"/home/bob", kShown + "/bob"}}));
}

TEST(Bound, one_that_shows_everything_lacks_nothing) {
  EXPECT_EQ(unbound({{"/home/ada", "xfs", "/dev/sdb1"}, {kShown + "/ada", "xfs", "/dev/sdb1"}}),
            std::vector<Unbound>{});
}

TEST(Bound, what_came_below_one_that_is_shown_is_found_alone) {
  EXPECT_EQ(unbound({{"/home/ada", "xfs", "/dev/sdb1"},
                     {"/home/ada/scratch", "xfs", "/dev/sdc1"},
                     {kShown + "/ada", "xfs", "/dev/sdb1"}}),
            (std::vector<Unbound>{{"/home/ada/scratch", kShown + "/ada/scratch"}}));
}

TEST(Bound, what_users_mount_or_what_waits_for_a_look_is_let_alone) {
  EXPECT_EQ(unbound({{"/home/ada/x", "fuse.sshfs", "host:", 10000},
                     {"/home/bob", "autofs", "auto.home"},
                     {"/home/bob", "nfs4", "nas:/bob"},
                     {"/home/bob/x", "ext4", "/dev/sdb1"},
                     {"/home/cy", "xfs", "/dev/sdc1"},
                     {"/home/cy", "fuse.sshfs", "host:", 10001}}),
            std::vector<Unbound>{});
}

TEST(Bound, a_name_that_begins_like_another_comes_between_it_and_what_lies_below) {
  EXPECT_EQ(unbound({{"/home/data", "xfs", "/dev/sdb1"},
                     {"/home/data-old", "xfs", "/dev/sdc1"},
                     {"/home/data/raw", "xfs", "/dev/sdd1"}}),
            (std::vector<Unbound>{{"/home/data", kShown + "/data"},
                                  {"/home/data-old", kShown + "/data-old"}}));
}

TEST(Bound, what_nobody_can_reach_is_not_mounted_here) {
  EXPECT_TRUE(is_mounted_here("/proc"));
  EXPECT_FALSE(is_mounted_here("/proc/self"));
  EXPECT_FALSE(is_mounted_here("/nowhere"));
}

TEST(Bound, only_root_leads_the_way) {
  const auto top = os::TemporaryDirectory::make();
  ASSERT_TRUE(top);
  const auto make = [&](const char* name, os::FileMode mode) {
    ASSERT_TRUE(os::make_directory(top->path() / name, mode));
    std::filesystem::permissions(top->path() / name,
                                 static_cast<std::filesystem::perms>(mode.mode));
  };
  if (geteuid() != 0) GTEST_SKIP() << "only root makes directories of others";
  make("roots", {.mode = 0755});
  make("groups", {.mode = 0775});
  make("users", {.mode = 0755, .uid = 12345, .gid = 12345});
  ASSERT_TRUE(os::write_symlink(top->path() / "link", top->path() / "roots"));
  const auto leads = [&](const std::string& place) {
    return leads_through_root_alone(top->path(), top->path() / place);
  };
  EXPECT_TRUE(leads("x"));
  EXPECT_TRUE(leads("roots/x"));
  EXPECT_FALSE(leads("groups/x"));
  EXPECT_FALSE(leads("users/x"));
  EXPECT_FALSE(leads("link/x"));
  EXPECT_FALSE(leads("users/roots/x"));
  std::filesystem::permissions(top->path(), static_cast<std::filesystem::perms>(01777));
  EXPECT_FALSE(leads("x")) << "everybody makes what they like there";
  EXPECT_FALSE(leads_through_root_alone("/elsewhere", top->path() / "roots/x"));
}

}  // namespace
}  // namespace muster::apply
