#include "head/interface.h"

#include <gtest/gtest.h>

namespace muster::head {
namespace {

TEST(Interface, links_are_read_with_what_they_are) {
  const auto links = parse_interfaces(
      R"([{"ifname": "lo", "link_type": "loopback"},
          {"ifname": "eth0", "link_type": "ether", "address": "52:54:00:00:00:01", "flags": ["UP", "LOWER_UP"]},
          {"ifname": "eth1", "link_type": "ether", "address": "52:54:00:00:00:09",
           "permaddr": "52:54:00:00:00:02"},
          {"ifname": "bond0", "link_type": "ether", "flags": ["UP"], "linkinfo": {"info_kind": "bond"}}])",
      R"([{"dst": "default", "dev": "eth0"}])");
  ASSERT_TRUE(links) << links.error().text();
  ASSERT_EQ(links->size(), 3U);
  EXPECT_TRUE((*links)[0].carrier);
  EXPECT_TRUE((*links)[0].default_route);
  EXPECT_EQ((*links)[1].mac, "52:54:00:00:00:02") << "a card of a bond keeps its own address";
  EXPECT_FALSE((*links)[1].carrier);
  EXPECT_TRUE((*links)[2].made);
  EXPECT_FALSE(parse_interfaces("no JSON", ""));
}

}  // namespace
}  // namespace muster::head
