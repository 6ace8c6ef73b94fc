#include "core/spec/node_names.h"

#include <gtest/gtest.h>

#include "tests/unit/spec/problems.h"

namespace muster::spec {
namespace {

TEST(NodeNames, mean_nothing_to_dns_dhcp_slurm_or_the_system) {
  for (const char* bad : {"ignore", "infinite", "all", "default", "localhost", "ALL", "Default",
                          "1h", "90", "3D", "0x2a", "12-34"}) {
    EXPECT_FALSE(check_node_name(bad)) << bad;
  }
  for (const char* good : {"n001", "gpu-a", "rack1-n07", "alll", "1ha", "3com", "h1"}) {
    EXPECT_TRUE(check_node_name(good)) << good;
  }
}

TEST(NodeNames, are_host_names_in_lower_case_and_the_hint_shows_one) {
  EXPECT_EQ(check_node_name("N001").error().text(),
            "'N001' cannot be the name of a node: it is not a host name in lower case; use "
            "lower-case letters, digits and inner '-', at most 63, such as 'n001'");
  EXPECT_TRUE(check_node_name("node_1").error().hint.ends_with("such as 'node-1'"));
  EXPECT_TRUE(check_node_name("n1.example.org").error().hint.ends_with("such as 'n1'"));
  EXPECT_TRUE(check_node_name("ALL.example.org").error().hint.ends_with("at most 63"))
      << "no hint names what is refused";
  for (const char* bad : {"", "-a", "a-", "a b", "ä", "n[1-2]", "@all"}) {
    EXPECT_FALSE(check_node_name(bad)) << bad;
  }
}

TEST(NodeNames, are_not_those_of_the_head_and_of_groups_in_any_case) {
  const ClusterSpec spec =
      spec_of("head: {hostname: boss}\ngroups: [{name: rack1, nodes: n001}]\n");
  EXPECT_EQ(check_node_name("BOSS", spec).error().message,
            "'BOSS' cannot be the name of a node: it is the head's name");
  for (const char* bad : {"rack1", "default", "ready", "Failed", "ignore", "N001"}) {
    EXPECT_FALSE(check_node_name(bad, spec)) << bad;
  }
  EXPECT_TRUE(check_node_name("n001", spec));
}

TEST(NodeNames, every_name_that_a_specification_gives_is_one) {
  for (const char* prefix : {"n", "all-", "ignore", "default", "x", "h-"}) {
    for (const int digits : {1, 6}) {
      const Nodes nodes{.prefix = prefix, .digits = digits};
      for (const std::uint64_t number : {1U, 17U, 1'048'000U}) {
        const std::string name = node_name(nodes, number);
        EXPECT_TRUE(check_node_name(name)) << name;
        EXPECT_EQ(number_of(nodes, name), number) << name;
      }
    }
  }
}

TEST(NodeNames, with_other_digits_are_not_those_of_the_specification) {
  const Nodes nodes{.prefix = "n", .digits = 3};
  EXPECT_EQ(number_of(nodes, "n001"), 1U);
  EXPECT_EQ(number_of(nodes, "n1234"), 1234U);
  for (const char* other : {"n1", "n0001", "n000", "n", "m001", "n001x", "n01234"}) {
    EXPECT_EQ(number_of(nodes, other), std::nullopt) << other;
  }
}

}  // namespace
}  // namespace muster::spec
