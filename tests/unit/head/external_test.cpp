#include "head/external.h"

#include <gtest/gtest.h>

namespace muster::head {
namespace {

using Files = std::map<std::string, std::string>;

constexpr const char* kQuiet = "LinkLocalAddressing=no\nIPv6AcceptRA=no\n";

TEST(External, dhcp_on_a_card_takes_an_address_and_no_name) {
  const Files files = render_external_network({}, "eno2", "eno1");
  EXPECT_EQ(
      files,
      (Files{{"13-muster-external.network",
              std::string("[Match]\nName=eno2\n\n[Link]\nRequiredForOnline=no\n\n[Network]\n") +
                  kQuiet +
                  "DHCP=ipv4\n\n[DHCPv4]\nUseHostname=no\nSendHostname=no\nUseDomains=no\n"}}));
}

TEST(External, there_are_no_files_without_such_a_network) {
  EXPECT_EQ(render_external_network({}, "", "eno1"), Files());
}

TEST(External, an_address_of_the_sites_own_choice_has_its_router) {
  const spec::External external{.address = parse_ipv4_interface("192.0.2.10/24").value(),
                                .gateway = parse_ipv4("192.0.2.1").value()};
  const Files files = render_external_network(external, "eno2", "eno1");
  EXPECT_TRUE(files.at("13-muster-external.network")
                  .ends_with("Address=192.0.2.10/24\nGateway=192.0.2.1\n"));
}

TEST(External, a_bond_has_its_cards_and_the_vlan_is_on_the_bond) {
  const spec::External external{
      .vlan = 20, .bond = {"eno2", "eno3"}, .bond_mode = spec::BondMode::lacp};
  const Files files = render_external_network(external, "external", "eno1");
  EXPECT_EQ(external_link(external, "external"), "external.20");
  EXPECT_EQ(files.at("11-muster-bond.netdev"),
            "[NetDev]\nName=external\nKind=bond\n\n[Bond]\nMode=802.3ad\nMIIMonitorSec=100ms\n"
            "TransmitHashPolicy=layer3+4\n");
  EXPECT_TRUE(files.at("11-muster-bond.network").starts_with("[Match]\nName=eno2 eno3\n"));
  EXPECT_EQ(files.at("12-muster-vlan.netdev"),
            "[NetDev]\nName=external.20\nKind=vlan\n\n[VLAN]\nId=20\n");
  EXPECT_TRUE(files.at("12-muster-vlan.network").contains("Name=external\n"));
  EXPECT_TRUE(files.at("12-muster-vlan.network").contains("VLAN=external.20\n"));
  EXPECT_TRUE(files.at("13-muster-external.network").starts_with("[Match]\nName=external.20\n"));
}

TEST(External, the_nodes_card_carries_the_sites_vlan_beside_its_address) {
  spec::Head head{.address = parse_ipv4_interface("10.42.0.1/16").value()};
  head.external.vlan = 20;
  EXPECT_FALSE(
      render_external_network(head.external, "eno1", "eno1").contains("12-muster-vlan.network"));
  EXPECT_EQ(render_cluster_network(head, "eno1", "eno1"),
            std::string("[Match]\nName=eno1\n\n[Network]\nAddress=10.42.0.1/16\nVLAN=eno1.20\n") +
                kQuiet + "ConfigureWithoutCarrier=yes\n");
  EXPECT_FALSE(render_cluster_network(head, "eno1", "eno2").contains("VLAN="));
}

TEST(External, a_vlan_on_a_card_with_a_long_name_has_a_name_that_the_kernel_takes) {
  EXPECT_EQ(external_link({.vlan = 4094}, "enp193s0f1np1"), "external.4094");
  EXPECT_EQ(external_link({.vlan = 4094}, "enp3s0f1"), "enp3s0f1.4094");
}

TEST(External, what_networkd_knows_is_read) {
  const auto state = parse_external_state(
      R"({"Name":"eno2","CarrierState":"carrier","OperationalState":"routable",
          "DNS":[{"Family":10,"Address":[32,1,13,184,0,0,0,0,0,0,0,0,0,0,0,1]},
                 {"Family":2,"Address":[192,0,2,53],"ConfigSource":"DHCPv4"}],
          "NTP":[{"Family":2,"Address":[192,0,2,123]}, {"Server":"ntp.example.org"}],
          "Addresses":[{"Family":2,"Address":[192,0,2,7],"PrefixLength":24}],
          "Routes":[{"Family":2,"Destination":[192,0,2,0],"DestinationPrefixLength":24},
                    {"Family":2,"Destination":[0,0,0,0],"DestinationPrefixLength":0,"Gateway":[192,0,2,1]}]})");
  ASSERT_TRUE(state) << state.error().text();
  EXPECT_EQ(*state, (ExternalState{.link = "eno2",
                                   .carrier = true,
                                   .address = "192.0.2.7/24",
                                   .gateway = "192.0.2.1",
                                   .dns = {"192.0.2.53"},
                                   .ntp = {"192.0.2.123"}}));
  EXPECT_EQ(parse_written_state(render_external_state(*state)).value(), *state);
  EXPECT_EQ(parse_external_state(R"({"Name":"eno2","CarrierState":"no-carrier"})").value(),
            ExternalState{.link = "eno2"});
  EXPECT_FALSE(parse_external_state("Interface not found"));
  EXPECT_FALSE(parse_external_state(R"({"Name":"eno2","DNS":7})"));
}

TEST(External, name_servers_of_the_specification_come_before_those_of_dhcp) {
  const ExternalState state{.link = "eno2", .dns = {"192.0.2.53"}, .ntp = {"192.0.2.123"}};
  EXPECT_TRUE(render_resolvers({}, state).ends_with("\nnameserver 192.0.2.53\n"));
  const spec::External own{.dns = {parse_ipv4("198.51.100.53").value()}};
  EXPECT_TRUE(render_resolvers(own, state).ends_with("lost.\nnameserver 198.51.100.53\n"));
  EXPECT_EQ(render_time_sources(state), "server 192.0.2.123 iburst\n");
}

}  // namespace
}  // namespace muster::head
