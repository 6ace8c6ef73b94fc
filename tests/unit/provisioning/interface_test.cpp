#include "provisioning/head/interface.h"

#include <gtest/gtest.h>

namespace muster::head {
namespace {

Interface card(std::string name, bool default_route = false) {
  return {.name = std::move(name), .mac = {}, .default_route = default_route};
}

TEST(Interface, the_only_card_is_the_clusters) {
  EXPECT_EQ(choose_interface({card("eth0")}, {}).interface, "eth0");
}

TEST(Interface, the_only_way_out_of_a_server_is_not_taken_without_asking) {
  const Choice choice = choose_interface({card("eth0", true)}, {});
  EXPECT_FALSE(choice.interface);
  EXPECT_EQ(choice.question, "the only network card, eth0, has a default route");
  EXPECT_EQ(choice.candidates, std::vector<std::string>{"eth0"});
  EXPECT_EQ(choose_interface({card("eth0", true)}, "eth0").interface, "eth0");
}

TEST(Interface, of_two_the_one_that_leads_nowhere_is_the_clusters) {
  EXPECT_EQ(choose_interface({card("eth0", true), card("eth1")}, {}).interface, "eth1");
}

TEST(Interface, what_is_not_certain_is_asked) {
  const Choice two = choose_interface({card("eth0"), card("eth1")}, {});
  EXPECT_FALSE(two.interface);
  EXPECT_EQ(two.question, "eth0, eth1 could all be the cluster's");
  EXPECT_EQ(two.candidates, (std::vector<std::string>{"eth0", "eth1"}));
  EXPECT_FALSE(choose_interface({card("eth0", true), card("eth1", true)}, {}).interface);
  EXPECT_TRUE(choose_interface({}, {}).candidates.empty());
}

TEST(Interface, a_name_that_is_none_is_asked_about_too) {
  const Choice choice = choose_interface({card("eth0")}, "eth7");
  EXPECT_FALSE(choice.interface);
  EXPECT_NE(choice.question.find("'eth7'"), std::string::npos);
}

TEST(Interface, bonds_and_bridges_are_taken_by_name_only) {
  const auto links = parse_interfaces(
      R"([{"ifname": "lo", "link_type": "loopback"},
          {"ifname": "eth0", "link_type": "ether", "address": "52:54:00:00:00:01", "flags": ["UP", "LOWER_UP"]},
          {"ifname": "bond0", "link_type": "ether", "flags": ["UP"], "linkinfo": {"info_kind": "bond"}}])",
      R"([{"dst": "default", "dev": "eth0"}])");
  ASSERT_TRUE(links) << links.error().text();
  ASSERT_EQ(links->size(), 2U);
  EXPECT_TRUE((*links)[0].carrier);
  EXPECT_TRUE((*links)[0].default_route);
  EXPECT_EQ(choose_interface(*links, {}).candidates, std::vector<std::string>{"eth0"});
  EXPECT_EQ(choose_interface(*links, "bond0").interface, "bond0");
  EXPECT_FALSE(parse_interfaces("no JSON", ""));
}

}  // namespace
}  // namespace muster::head
