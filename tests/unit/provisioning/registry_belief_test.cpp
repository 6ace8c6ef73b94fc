// What a machine only claims reaches nobody.

#include "tests/unit/provisioning/registry_fixture.h"

namespace muster::provisioning {
namespace {

class BeliefTest : public RegistryTest {
 protected:
  /// Kinds of the events on a node's timeline.
  std::string kinds(const Node& node) {
    std::string kinds;
    const auto events = store_->events(node.id, 100);
    for (const auto& event : events.value()) kinds += event.kind + " ";
    return kinds;
  }
};

TEST_F(BeliefTest, what_is_claimed_of_a_node_that_is_off_changes_nothing_until_it_enrols) {
  Hardware machine = blank_machine(1);
  machine.topology = CpuTopology{2, 8, 1};
  const Node node = bring_up(machine);
  ASSERT_TRUE(tell(node.id, {.stage = "stopping"}));
  const std::uint64_t generation = registry_->generation();
  Hardware giant = machine;
  giant.topology = CpuTopology{60, 1024, 1};
  giant.memory = Bytes::from_mib(1024);
  const Welcome claim = discover(giant, kElsewhere);
  ASSERT_EQ(claim.kind, Welcome::Kind::boot);
  EXPECT_EQ(registry_->find("n001")->hardware, machine);
  EXPECT_EQ(registry_->generation(), generation) << "nobody's configuration is made anew";
  ASSERT_TRUE(enrol(claim.token, "CD"));
  EXPECT_EQ(registry_->find("n001")->hardware.topology, giant.topology) << "it has proved itself";
  EXPECT_GT(registry_->generation(), generation);
}

TEST_F(BeliefTest,
       a_certificate_that_is_shown_ends_a_claim_with_an_alarm_and_the_node_is_as_before) {
  const Node node = bring_up(1);
  pass(31'000);
  const Welcome claim = boot(1, kElsewhere);
  ASSERT_EQ(claim.kind, Welcome::Kind::boot) << "the node is silent";
  EXPECT_EQ(registry_->find("n001")->state, NodeState::booting);
  ASSERT_TRUE(show(node, "AB"));
  EXPECT_EQ(registry_->find("n001")->state, NodeState::ready);
  EXPECT_TRUE(kinds(node).ends_with("alarm ")) << kinds(node);
  EXPECT_FALSE(enrol(claim.token, "CD"));
  EXPECT_FALSE(registry_->discovery().stage(claim.session, {.stage = "image"}, now_).wait());
  EXPECT_TRUE(show(node, "AB"));
}

TEST_F(BeliefTest, a_certificate_that_is_shown_while_another_is_made_is_the_last_word) {
  const Node node = bring_up(1);
  pass(31'000);
  const Welcome claim = boot(1, kElsewhere);
  const auto issue = [&](const Node&) -> Result<Credentials> {
    EXPECT_TRUE(show(node, "AB")) << "the node speaks while the authority works";
    return Credentials{.serial = "CD"};
  };
  const auto refused = registry_->enrolment().enrol(claim.token, now_, issue).wait();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::denied);
  EXPECT_TRUE(show(node, "AB"));
  EXPECT_FALSE(show(node, "CD"));
}

TEST_F(BeliefTest, an_authority_that_fails_leaves_the_token_as_good_as_before) {
  const Welcome welcome = boot(1);
  const auto issue = [](const Node&) -> Result<Credentials> {
    return fail(ErrorKind::invalid, "not a request", "");
  };
  EXPECT_EQ(registry_->enrolment().enrol(welcome.token, now_, issue).wait().error().kind,
            ErrorKind::invalid);
  EXPECT_TRUE(enrol(welcome.token));
}

TEST_F(BeliefTest, two_machines_with_one_uuid_are_two_nodes_and_both_are_told_of_it) {
  const Node first = bring_up(1);
  Hardware twin = blank_machine(2);
  twin.uuid = first.hardware.uuid;
  const Node second = bring_up(twin);
  EXPECT_EQ(second.name, "n002");
  EXPECT_TRUE(kinds(first).contains("uuid ")) << kinds(first);
  EXPECT_TRUE(kinds(second).contains("uuid ")) << kinds(second);
  ASSERT_TRUE(tell(first.id, {.stage = "stopping"}));
  ASSERT_TRUE(tell(second.id, {.stage = "stopping"}));
  open();
  pass(30 * 86'400'000LL);
  EXPECT_EQ(discover(twin).node.name, "n002") << "by its cards, whoever is off and however long";
  EXPECT_EQ(boot(1, kElsewhere).node.name, "n001");
  Hardware third = blank_machine(3);
  third.uuid = first.hardware.uuid;
  EXPECT_EQ(discover(third, {kElsewhere.value + 1}).node.name, "n003");
}

TEST_F(BeliefTest, a_strangers_card_keeps_no_address_when_its_claim_has_ended) {
  const Node node = bring_up(1);
  pass(31'000);
  Hardware claim = blank_machine(1);
  claim.macs = {mac(66), mac(1)};
  ASSERT_EQ(discover(claim, kElsewhere).kind, Welcome::Kind::boot);
  const std::int64_t lost_ms = registry_->address_lost_ms();
  ASSERT_TRUE(show(node, "AB"));
  EXPECT_GT(registry_->address_lost_ms(), lost_ms) << "dnsmasq must forget the card";
}

TEST_F(BeliefTest, a_claim_moves_no_address_where_another_server_gives_them) {
  registry_->set_addressing(Addressing::observed);
  const Node node = bring_up(1);
  ASSERT_TRUE(show(node, "AB", kDynamic));
  ASSERT_TRUE(tell(node.id, {.stage = "stopping"}));
  const Welcome claim = boot(1, kElsewhere);
  EXPECT_EQ(claim.node.address, kElsewhere) << "it boots where it is";
  EXPECT_EQ(registry_->find("n001")->address, kDynamic);
}

TEST_F(BeliefTest, becoming_ready_and_unnamed_machines_make_nothing_anew) {
  const Welcome welcome = boot(1);
  const auto node = enrol(welcome.token);
  ASSERT_TRUE(node);
  const std::uint64_t generation = registry_->generation();
  ASSERT_TRUE(tell(node->id, {.stage = "ready", .generation = "g"}));
  registry_->discovery().set_policy(Policy::ask, 0);
  boot(2, kElsewhere);
  EXPECT_EQ(registry_->generation(), generation);
}

TEST_F(BeliefTest, a_node_is_ready_again_by_its_heartbeat_when_a_power_cut_took_that_it_was) {
  const Welcome welcome = boot(1);
  const auto node = enrol(welcome.token);
  ASSERT_TRUE(node);
  EXPECT_EQ(registry_->find("n001")->state, NodeState::booting);
  ASSERT_TRUE(registry_->heartbeat(node->id, {.holds = Holds::another}, now_).wait());
  EXPECT_EQ(registry_->find("n001")->state, NodeState::booting);
  ASSERT_TRUE(beat(node->id, now_));
  EXPECT_EQ(registry_->find("n001")->state, NodeState::ready);
}

}  // namespace
}  // namespace muster::provisioning
