#include "provisioning/head/facts.h"

#include <gtest/gtest.h>

namespace muster::head {
namespace {

TEST(Facts, what_was_written_is_read_again) {
  const Facts facts{.interface = "eth1",
                    .live = true,
                    .medium = "/run/live/medium",
                    .other_dhcp = "10.0.0.1",
                    .kept = {"/home"}};
  const auto read = parse_facts(render_facts(facts));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(render_facts(*read), render_facts(facts));
  EXPECT_FALSE(parse_facts("{}"));
}

TEST(Facts, home_is_kept_when_a_disk_is_mounted_there) {
  const std::string disk = "98 30 254:0 /home /home rw,noatime - ext4 /dev/vda rw\n";
  const std::string memory = "99 30 0:44 / /home rw - tmpfs muster-home rw,size=50%\n";
  EXPECT_TRUE(is_kept("/home", disk));
  EXPECT_FALSE(is_kept("/home", memory));
  EXPECT_FALSE(is_kept("/home", disk + memory)) << "the later mount hides the disk";
  EXPECT_FALSE(is_kept("/home", "30 1 0:25 / / rw - overlay overlay rw\n"));
  EXPECT_FALSE(is_kept("/home", "98 30 254:0 / /home/ada rw - ext4 /dev/vda rw\n"));
}

}  // namespace
}  // namespace muster::head
