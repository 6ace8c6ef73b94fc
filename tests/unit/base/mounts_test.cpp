#include "core/base/mounts.h"

#include <gtest/gtest.h>

namespace muster {
namespace {

TEST(Mounts, HaveADirectoryATypeAndASource) {
  EXPECT_EQ(
      parse_mounts("22 28 0:20 / /sys rw,nosuid shared:7 - sysfs sysfs rw\n"
                   "61 28 8:17 /a /home/ada rw,relatime shared:1 master:2 - ext4 /dev/sdb1 rw\n"
                   "70 28 0:50 / /srv rw - nfs4 nas:/srv rw,vers=4.2\n"),
      (std::vector<Mount>{{"/sys", "sysfs", "sysfs"},
                          {"/home/ada", "ext4", "/dev/sdb1"},
                          {"/srv", "nfs4", "nas:/srv"}}));
}

TEST(Mounts, OfUsersNameTheirOwner) {
  const auto mounts = parse_mounts(
      "80 28 0:55 / /home/ada/x rw,nosuid - fuse.sshfs h: rw,user_id=10000,group_id=10000\n"
      "81 28 0:56 / /home/bob rw - fuse.glusterfs v rw,user_id=0,group_id=0\n"
      "82 28 0:57 / /srv rw - ext4 /dev/sda rw,user_id=7\n");
  ASSERT_EQ(mounts.size(), 3U);
  EXPECT_EQ(mounts[0].owner, 10000U);
  EXPECT_EQ(mounts[1].owner, 0U);
  EXPECT_EQ(mounts[2].owner, 0U);
}

TEST(Mounts, MayHaveSpacesInTheirNames) {
  EXPECT_EQ(parse_mounts(R"(61 28 8:17 / /home/my\040disk\134040 rw - ext4 /dev/sd\011b rw)"),
            (std::vector<Mount>{{R"(/home/my disk\040)", "ext4", "/dev/sd\tb"}}));
}

TEST(Mounts, LeaveOutWhatIsNoLineOfTheKernel) {
  EXPECT_EQ(parse_mounts("nothing\n\n1 2 3 - x\n1 2 3 4 /a rw - ext4\n"), std::vector<Mount>{});
  EXPECT_EQ(parse_mounts(R"(61 28 8:17 / /a\09 rw - ext4 \)"),
            (std::vector<Mount>{{R"(/a\09)", "ext4", "\\"}}));
}

}  // namespace
}  // namespace muster
