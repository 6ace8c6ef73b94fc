#include "head/firewall.h"

#include <gtest/gtest.h>

namespace muster::head {
namespace {

spec::ClusterSpec cluster() {
  spec::ClusterSpec spec;
  spec.head.address = parse_ipv4_interface("10.42.0.1/16").value();
  spec.nodes.addresses = parse_ipv4_range("10.42.1.1-10.42.255.254").value();
  spec.head.external.open = {{}, {spec::OpenPort::Protocol::udp, 60000, 61000}};
  return spec;
}

TEST(Firewall, a_head_with_a_site_lets_nodes_out_and_what_is_named_in) {
  const spec::ClusterSpec spec = cluster();
  EXPECT_EQ(render_firewall({.spec = spec, .cluster = "eno1", .external = "eno2"}),
            "table inet muster\n"
            "delete table inet muster\n"
            "table inet muster {\n"
            "  chain input {\n"
            "    type filter hook input priority filter; policy accept;\n"
            "    iifname != \"eno2\" accept\n"
            "    ip daddr 10.42.0.0/16 drop\n"
            "    ip saddr 10.42.0.0/16 drop\n"
            "    ct state established,related accept\n"
            "    ct state invalid drop\n"
            "    meta l4proto icmp limit rate 50/second accept\n"
            "    udp sport 67 udp dport 68 accept\n"
            "    tcp dport 22 accept\n"
            "    udp dport 60000-61000 accept\n"
            "    counter drop\n"
            "  }\n"
            "  chain forward {\n"
            "    type filter hook forward priority filter; policy accept;\n"
            "    iifname \"eno1\" oifname \"eno2\" ip saddr 10.42.1.1-10.42.255.254 accept\n"
            "    iifname \"eno2\" oifname \"eno1\" ct state established,related accept\n"
            "    iifname { \"eno1\", \"eno2\" } drop\n"
            "  }\n"
            "  chain postrouting {\n"
            "    type nat hook postrouting priority srcnat; policy accept;\n"
            "    ip saddr 10.42.1.1-10.42.255.254 oifname \"eno2\" masquerade\n"
            "  }\n"
            "}\n");
}

TEST(Firewall, a_direct_route_keeps_addresses_and_lets_the_site_reach_nodes) {
  spec::ClusterSpec spec = cluster();
  spec.nodes.route = spec::Route::direct;
  const std::string rules = render_firewall({.spec = spec, .cluster = "eno1", .external = "eno2"});
  EXPECT_FALSE(rules.contains("masquerade"));
  EXPECT_TRUE(rules.contains(
      "iifname \"eno2\" oifname \"eno1\" ip daddr 10.42.1.1-10.42.255.254 accept\n"));
}

TEST(Firewall, without_a_route_nothing_passes) {
  spec::ClusterSpec spec = cluster();
  spec.nodes.route = spec::Route::none;
  const std::string rules = render_firewall({.spec = spec, .cluster = "eno1", .external = "eno2"});
  EXPECT_FALSE(rules.contains("masquerade"));
  EXPECT_FALSE(rules.contains("oifname \"eno2\" ip saddr"));
  EXPECT_TRUE(rules.contains("iifname { \"eno1\", \"eno2\" } drop\n"));
}

TEST(Firewall, a_server_without_the_filter_still_hides_its_address_among_the_nodes) {
  const spec::ClusterSpec spec = cluster();
  const std::string rules =
      render_firewall({.spec = spec, .cluster = "eno1", .external = "eno2", .filters = false});
  EXPECT_TRUE(rules.contains("ip daddr 10.42.0.0/16 drop\n"));
  EXPECT_FALSE(rules.contains("counter drop"));
  EXPECT_FALSE(rules.contains("dport 22"));
}

TEST(Firewall, a_server_that_passed_packets_on_does_so_for_others) {
  const spec::ClusterSpec spec = cluster();
  const std::string rules = render_firewall(
      {.spec = spec, .cluster = "eno1", .external = "eno2", .before = Forwarding::on});
  EXPECT_FALSE(rules.contains("iifname { "));
  EXPECT_TRUE(rules.contains("oifname \"eno1\" iifname \"eno2\" drop\n"));
}

TEST(Firewall, a_head_without_a_site_has_no_rules) {
  const spec::ClusterSpec spec = cluster();
  EXPECT_EQ(render_firewall({.spec = spec, .cluster = "eno1", .external = ""}),
            "table inet muster\ndelete table inet muster\n");
}

TEST(Firewall, automatic_is_nat_where_there_is_a_site) {
  spec::ClusterSpec spec = cluster();
  EXPECT_EQ(route_of(spec, "eno2"), spec::Route::nat);
  EXPECT_EQ(route_of(spec, ""), spec::Route::none);
  spec.nodes.route = spec::Route::direct;
  EXPECT_EQ(route_of(spec, "eno2"), spec::Route::direct);
  EXPECT_EQ(route_of(spec, ""), spec::Route::none);
}

}  // namespace
}  // namespace muster::head
