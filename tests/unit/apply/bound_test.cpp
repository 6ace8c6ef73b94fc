#include "core/apply/bound.h"

#include <gtest/gtest.h>

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
                     {"/home/bob", "autofs", "auto.home"}}),
            std::vector<Unbound>{});
}

}  // namespace
}  // namespace muster::apply
