#include "head/facts.h"

#include <gtest/gtest.h>

namespace muster::head {
namespace {

TEST(Facts, what_was_written_is_read_again) {
  const Facts facts{.interface = "eth1",
                    .interface_trouble = "another",
                    .live = true,
                    .medium = "/run/live/medium",
                    .other_dhcp = "10.0.0.1",
                    .kept = {"/home"},
                    .resolvers = "/etc/muster/upstream-resolv.conf",
                    .external = "eno2",
                    .external_trouble = "none",
                    .root_key = "ssh-ed25519 AAAA root@head",
                    .host_key = "ssh-ed25519 BBBB root@head"};
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

TEST(Facts, name_servers_of_others_are_worth_keeping) {
  EXPECT_TRUE(has_other_resolvers("search a\nnameserver 192.0.2.53\n", "10.42.0.1"));
  EXPECT_FALSE(has_other_resolvers("search a\nnameserver 10.42.0.1\n", "10.42.0.1"));
  EXPECT_FALSE(has_other_resolvers("nameserver 192.0.2.53\nnameserver 10.42.0.1\n", "10.42.0.1"));
  EXPECT_FALSE(has_other_resolvers("# none\n", "10.42.0.1"));
}

TEST(Facts, the_server_is_the_one_that_dhcpcd_names) {
  EXPECT_EQ(find_dhcp_server("interface=eth0\nnew_dhcp_server_identifier='10.0.0.1'\n"),
            "10.0.0.1");
  EXPECT_EQ(find_dhcp_server("new_dhcp_server_identifier=no address\n"), std::nullopt);
  EXPECT_EQ(find_dhcp_server("timed out\n"), std::nullopt);
}

}  // namespace
}  // namespace muster::head
