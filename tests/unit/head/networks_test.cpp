#include "head/networks.h"

#include <gtest/gtest.h>

namespace muster::head {
namespace {

struct Card {
  std::string name;
  bool carrier = true;
  std::string server = {};
  bool default_route = false;
  bool made = false;
};

std::vector<Interface> links(const std::vector<Card>& cards) {
  std::vector<Interface> result;
  for (const Card& card : cards) {
    result.push_back({.name = card.name,
                      .mac = "mac-" + card.name,
                      .default_route = card.default_route,
                      .carrier = card.carrier,
                      .made = card.made});
    if (!card.server.empty()) result.back().dhcp_server = card.server;
  }
  return result;
}

struct Asked {
  spec::Head head = {};
  NetworkDecision before = {};
  Evidence evidence = Evidence::whole;
  System system = System::live;
};

Networks choose(const std::vector<Card>& cards, const Asked& asked = {}) {
  const auto all = links(cards);
  return choose_networks({.head = asked.head,
                          .links = all,
                          .before = asked.before,
                          .evidence = asked.evidence,
                          .system = asked.system});
}

using Name = std::optional<std::string>;

TEST(Networks, the_only_card_leads_to_the_nodes) {
  const Networks one = choose({{"eth0"}});
  EXPECT_EQ(one.cluster, "eth0");
  EXPECT_EQ(one.external, Name());
  EXPECT_EQ(choose({{"eth0", false}}, {.evidence = Evidence::early}).cluster, "eth0");
}

TEST(Networks, the_only_way_out_of_a_server_is_not_taken_without_asking) {
  const std::vector<Card> server = {{.name = "eth0", .default_route = true}};
  const Networks asked = choose(server, {.system = System::own});
  EXPECT_EQ(asked.cluster, Name());
  EXPECT_EQ(asked.question, "the only network card, eth0, has a default route");
  EXPECT_EQ(asked.candidates, std::vector<std::string>{"eth0"});
  EXPECT_EQ(choose(server, {.head = {.interface = "eth0"}, .system = System::own}).cluster, "eth0");
}

TEST(Networks, the_card_on_which_a_dhcp_server_answers_leads_to_the_site) {
  for (const bool cable : {true, false}) {
    const Networks two =
        choose({{"eth0", true, "192.0.2.1"}, {"eth1", cable}}, {.evidence = Evidence::early});
    EXPECT_EQ(two.cluster, "eth1");
    EXPECT_EQ(two.external, "eth0");
  }
}

TEST(Networks, a_card_with_the_only_cable_leads_to_the_nodes_once_all_evidence_is_there) {
  const std::vector<Card> cards = {{"eth0", false}, {"eth1", true}};
  EXPECT_EQ(choose(cards, {.evidence = Evidence::early}).cluster, Name());
  EXPECT_EQ(choose(cards).cluster, "eth1");
  EXPECT_EQ(choose(cards).external, Name()) << "a card without a cable leads nowhere yet";
}

TEST(Networks, what_is_not_certain_is_asked) {
  const Networks two = choose({{"eth0"}, {"eth1"}});
  EXPECT_EQ(two.cluster, Name());
  EXPECT_EQ(two.question, "eth0, eth1 could all lead to the nodes");
  EXPECT_EQ(two.candidates, (std::vector<std::string>{"eth0", "eth1"}));
  EXPECT_EQ(choose({{"eth0", true, "192.0.2.1"}, {"eth1", true, "198.51.100.1"}}).question,
            "a DHCP server answers on every card: eth0 (DHCP server 192.0.2.1), eth1 (DHCP server "
            "198.51.100.1)");
  EXPECT_EQ(choose({{"eth0", true, "192.0.2.1"}, {"eth1"}, {"eth2"}}).question,
            "eth0 (DHCP server 192.0.2.1), eth1, eth2 could all lead to the nodes");
  EXPECT_EQ(choose({}).question, "this machine shows no network card");
  const std::vector<Card> routed = {{.name = "eth0", .default_route = true},
                                    {.name = "eth1", .default_route = true}};
  EXPECT_EQ(choose(routed).question, "every network card has a default route");
}

TEST(Networks, what_was_decided_before_is_not_asked_again) {
  const NetworkDecision before{.cluster = "mac-eth1", .external = "mac-eth0"};
  const Networks two = choose({{"eth0"}, {"eth1"}}, {.before = before});
  EXPECT_EQ(two.cluster, "eth1");
  EXPECT_EQ(two.external, "eth0");
  const Networks served = choose({{"eth0"}, {"eth1", true, "192.0.2.1"}}, {.before = before});
  EXPECT_EQ(served.cluster, "eth1") << "a foreign DHCP server silences the head, it moves no card";
  const Networks renamed = choose({{"eth7", false}, {"eth1", false}}, {.before = before});
  EXPECT_EQ(renamed.cluster, "eth1");
  EXPECT_EQ(renamed.external, Name());
}

TEST(Networks, a_decision_about_a_card_that_is_gone_is_none) {
  const Networks two = choose({{"eth0", true, "192.0.2.1"}, {"eth2"}},
                              {.before = {.cluster = "mac-eth1", .external = "mac-eth0"}});
  EXPECT_EQ(two.cluster, "eth2");
  EXPECT_EQ(two.external, "eth0");
}

TEST(Networks, a_name_that_is_no_card_is_asked_about_once) {
  const spec::Head head{.interface = "eth7"};
  const Networks asked = choose({{"eth0"}}, {.head = head});
  EXPECT_EQ(asked.cluster, Name());
  EXPECT_EQ(asked.question, "there is no network card 'eth7' as head.interface says");
  const auto all = links({{"eth0"}});
  const NetworkQuestion question{.head = head, .links = all};
  const NetworkDecision decided = decision_of(question, choose_networks(question, "eth0"));
  EXPECT_EQ(decided.cluster, "mac-eth0");
  const Networks again = choose({{"eth0"}}, {.head = head, .before = decided});
  EXPECT_EQ(again.cluster, "eth0");
  EXPECT_EQ(
      again.cluster_trouble,
      "there is no network card 'eth7' as head.interface says; eth0 leads to the nodes instead");
}

TEST(Networks, a_card_that_is_named_may_be_late) {
  const spec::Head head{.interface = "bond0"};
  const NetworkDecision before{.cluster = "mac-eth0", .external = {}};
  EXPECT_EQ(
      choose({{"eth0"}}, {.head = head, .before = before, .evidence = Evidence::early}).cluster,
      Name());
  EXPECT_EQ(choose({{"eth0"}}, {.head = head, .before = before}).cluster, "eth0");
  EXPECT_EQ(choose({{"eth0", true, "192.0.2.1"}}, {.head = head, .before = before}).cluster, Name())
      << "it leads to the site by now";
  const auto all = links({{"eth0"}});
  EXPECT_NE(choose_networks({.head = head, .links = all}, "eth0").cluster_trouble, "")
      << "somebody at the console named another";
}

TEST(Networks, a_card_that_is_named_is_found_again_when_it_has_another_name) {
  const spec::Head head{.interface = "eth1"};
  const auto all = links({{"eth0"}, {"eth1"}});
  const NetworkQuestion question{
      .head = head, .links = all, .before = {.cluster = "mac-eth0", .external = {}}};
  const Networks named = choose_networks(question);
  EXPECT_EQ(named.cluster, "eth1");
  EXPECT_EQ(named.cluster_trouble, "");
  EXPECT_EQ(decision_of(question, named).cluster, "mac-eth1") << "and not the one before";
}

TEST(Networks, what_was_deleted_is_not_remembered_for_the_site) {
  const auto all = links({{"eth0"}, {"eth1"}});
  const spec::Head head;
  const NetworkQuestion question{.head = head, .links = all};
  const Networks running{.cluster = "eth0", .external = "eth1"};
  EXPECT_EQ(site_decision_of(question, running),
            (NetworkDecision{.cluster = "", .external = "mac-eth1"}));
  EXPECT_EQ(decision_of(question, running).cluster, "mac-eth0");
}

TEST(Networks, bonds_and_bridges_lead_to_the_nodes_by_name_only) {
  const std::vector<Card> cards = {{.name = "eth0"}, {.name = "bond0", .made = true}};
  EXPECT_EQ(choose(cards).candidates, std::vector<std::string>{"eth0"});
  EXPECT_EQ(choose(cards, {.head = {.interface = "bond0"}}).cluster, "bond0");
}

TEST(Networks, the_site_has_the_card_that_the_specification_names) {
  spec::Head head;
  head.external.card = {spec::ExternalCard::Kind::named, "eth0"};
  const Networks two = choose({{"eth0"}, {"eth1"}}, {.head = head, .evidence = Evidence::early});
  EXPECT_EQ(two.cluster, "eth1") << "the other one is left";
  EXPECT_EQ(two.external, "eth0");
  head.external.card.name = "eth9";
  const Networks lost = choose({{"eth1"}}, {.head = head});
  EXPECT_EQ(lost.cluster, "eth1") << "nodes boot without the site";
  EXPECT_EQ(lost.external_trouble,
            "there is no network card 'eth9' as head.external.interface says");
}

TEST(Networks, cards_of_a_bond_lead_to_the_site_together) {
  spec::Head head;
  head.external.bond = {"eth0", "eth1"};
  const Networks three = choose({{"eth0"}, {"eth1"}, {"eth2"}}, {.head = head});
  EXPECT_EQ(three.cluster, "eth2");
  EXPECT_EQ(three.external, "external");
  head.external.card = {spec::ExternalCard::Kind::named, "bond0"};
  EXPECT_EQ(choose({{"eth0"}, {"eth1"}, {"eth2"}}, {.head = head}).external, "bond0");
}

TEST(Networks, one_card_may_lead_to_both_by_a_vlan) {
  spec::Head head{.interface = "eth0"};
  head.external.card = {spec::ExternalCard::Kind::named, "eth0"};
  head.external.vlan = 20;
  const Networks one = choose({{"eth0"}}, {.head = head});
  EXPECT_EQ(one.cluster, "eth0");
  EXPECT_EQ(one.external, "eth0");
}

TEST(Networks, a_head_that_wants_no_site_has_none) {
  spec::Head head;
  head.external.card.kind = spec::ExternalCard::Kind::none;
  EXPECT_EQ(choose({{"eth0", true, "192.0.2.1"}, {"eth1"}}, {.head = head}).external, Name());
}

TEST(Networks, several_cards_that_could_lead_to_the_site_are_told) {
  const Networks three =
      choose({{"eth0", true, "192.0.2.1"}, {"eth1", true, "192.0.2.1"}, {"eth2"}});
  EXPECT_EQ(three.cluster, "eth2");
  EXPECT_EQ(three.external, Name());
  EXPECT_EQ(three.external_trouble,
            "several cards could lead to the site: eth0 (DHCP server 192.0.2.1), eth1 (DHCP server "
            "192.0.2.1)");
}

TEST(Networks, a_server_reaches_the_site_by_the_card_with_its_default_route) {
  const std::vector<Card> server = {{.name = "eth0", .default_route = true}, {.name = "eth1"}};
  const Networks two = choose(server, {.evidence = Evidence::early, .system = System::own});
  EXPECT_EQ(two.cluster, "eth1");
  EXPECT_EQ(two.external, "eth0");
  const Networks quiet = choose({{"eth0"}, {"eth1", false}}, {.system = System::own});
  EXPECT_EQ(quiet.external, Name()) << "what its owner did not set up is not Muster's";
}

TEST(Networks, a_card_to_the_site_that_the_specification_names_is_not_remembered) {
  const auto all = links({{"eth0", true, "192.0.2.1"}, {"eth1"}});
  spec::Head named{.interface = "eth1"};
  const NetworkQuestion question{.head = named, .links = all};
  EXPECT_EQ(decision_of(question, choose_networks(question)),
            (NetworkDecision{.cluster = "mac-eth1", .external = "mac-eth0"}));
  named.external.card = {spec::ExternalCard::Kind::named, "eth0"};
  EXPECT_EQ(decision_of(question, choose_networks(question)),
            (NetworkDecision{.cluster = "mac-eth1", .external = ""}));
}

TEST(Networks, a_decision_is_read_as_it_was_written) {
  const NetworkDecision decision{.cluster = "52:54:00:00:00:01", .external = ""};
  EXPECT_EQ(parse_decision(render_decision(decision)), decision);
  EXPECT_EQ(parse_decision("half a fi"), NetworkDecision());
  EXPECT_EQ(parse_decision(R"({"cluster": 7})"), NetworkDecision());
}

}  // namespace
}  // namespace muster::head
