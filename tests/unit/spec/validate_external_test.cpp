#include <gtest/gtest.h>

#include "core/spec/json.h"
#include "core/spec/validate.h"
#include "tests/unit/spec/problems.h"

namespace muster::spec {
namespace {

std::string external_problem(const std::string& keys) {
  return problem_of("head:\n  external: {" + keys + "}\n");
}

TEST(ValidateExternal, a_file_that_says_nothing_takes_the_card_that_is_left) {
  const ClusterSpec spec = spec_of("");
  EXPECT_EQ(spec.head.external.card.kind, ExternalCard::Kind::automatic);
  EXPECT_EQ(spec.head.external.address, std::nullopt);
  EXPECT_EQ(spec.head.external.firewall, Firewall::automatic);
  EXPECT_EQ(spec.head.external.open, (std::vector<OpenPort>{{OpenPort::Protocol::tcp, 22, 22}}));
  EXPECT_EQ(spec.nodes.route, Route::automatic);
}

TEST(ValidateExternal, an_empty_list_of_open_ports_opens_none) {
  EXPECT_TRUE(spec_of("head:\n  external: {open: []}\n").head.external.open.empty());
}

TEST(ValidateExternal, ports_are_read_as_they_are_shown) {
  const auto open = spec_of("head:\n  external: {open: [tcp/22, udp/60000-61000]}\n");
  EXPECT_EQ(to_json(open)["head"]["external"]["open"].dump(), R"(["ssh","udp/60000-61000"])");
  for (const auto* bad :
       {"tcp/0", "tcp/65536", "tcp/9-8", "icmp/1", "22", "tcp", "tcp/a", "tcp/1-"}) {
    EXPECT_EQ(external_problem(std::string("open: [") + bad + "]").contains("is not a port"), true)
        << bad;
  }
}

TEST(ValidateExternal, one_card_leads_to_one_network) {
  EXPECT_EQ(problem_of("head:\n  interface: eno1\n  external: {interface: eno1}\n"),
            "5:25: head.external.interface: 'eno1' leads to the nodes already; name another card, "
            "or leave out the key");
  EXPECT_EQ(problem_of("head:\n  interface: eno1\n  external: {bond: [eno1, eno2]}\n"),
            "5:21: head.external.bond[0]: 'eno1' leads to the nodes already; name other cards");
}

TEST(ValidateExternal, one_card_may_have_the_site_in_a_vlan_beside_the_nodes) {
  EXPECT_EQ(problem_of("head:\n  interface: eno1\n  external: {interface: eno1, vlan: 20}\n"), "");
}

TEST(ValidateExternal, a_bond_has_a_name_of_its_own_and_each_card_once) {
  EXPECT_EQ(external_problem("interface: eno1, bond: [eno1, eno2]"),
            "4:25: head.external.interface: 'eno1' is a card of the bond, not its name; write a "
            "name for the bond, such as 'bond0', or leave out the key");
  EXPECT_EQ(external_problem("bond: [eno1, eno1]"),
            "4:21: head.external.bond[0]: 'eno1' is written twice; write each card once");
}

TEST(ValidateExternal, both_networks_of_the_head_have_addresses_of_their_own) {
  for (const auto* inside : {"10.42.3.7/24", "10.42.0.2/16", "10.0.0.9/8"}) {
    EXPECT_TRUE(
        external_problem(std::string("address: ") + inside).contains("have addresses in common"))
        << inside;
  }
  EXPECT_EQ(external_problem("address: 10.43.0.2/16"), "");
}

TEST(ValidateExternal, the_network_that_is_proposed_has_no_address_of_the_sites) {
  for (const char* site : {"10.42.5.5/24", "10.9.9.9/8", "172.22.1.1/16"}) {
    const std::string nodes =
        std::string(site).starts_with("10.") ? "10.42.0.1/16" : "172.22.0.1/16";
    const std::string problem =
        problem_of("head:\n  address: " + nodes + "\n  external: {address: " + site + "}\n");
    EXPECT_TRUE(problem.contains("have addresses in common")) << problem;
    EXPECT_FALSE(problem.ends_with(std::string("'") + nodes + "'")) << problem;
  }
  EXPECT_TRUE(external_problem("address: 10.42.5.5/24").ends_with("head.address: '172.22.0.1/16'"));
}

TEST(ValidateExternal, the_router_is_another_machine_in_that_network) {
  for (const auto* bad : {"192.0.3.1", "192.0.2.10"}) {
    EXPECT_TRUE(external_problem(std::string("address: 192.0.2.10/24, gateway: ") + bad)
                    .contains("is no other machine in 192.0.2.0/24"))
        << bad;
  }
  EXPECT_EQ(external_problem("address: 192.0.2.10/24, gateway: 192.0.2.1"), "");
  EXPECT_TRUE(external_problem("gateway: 192.0.2.1").contains("DHCP names the router"));
}

TEST(ValidateExternal, an_address_is_one_of_a_machine) {
  for (const auto* bad : {"192.0.2.0/24", "192.0.2.255/24", "192.0.2.1/0"}) {
    EXPECT_NE(external_problem(std::string("address: ") + bad), "") << bad;
  }
  EXPECT_EQ(external_problem("address: 192.0.2.0/31"), "");
}

TEST(ValidateExternal, none_has_no_settings_and_leads_nowhere) {
  EXPECT_TRUE(external_problem("interface: none, vlan: 20").contains("'none' beside settings"));
  EXPECT_EQ(problem_of("head:\n  external: {interface: none}\nnodes: {route: nat}\n"),
            "5:16: nodes.route: the head has no network that nodes could reach by it; write "
            "'none', or name the card in head.external.interface");
  EXPECT_EQ(problem_of("head:\n  external: {interface: none}\n"), "");
}

}  // namespace
}  // namespace muster::spec
