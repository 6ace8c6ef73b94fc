#include <gtest/gtest.h>

#include "tests/unit/provisioning/registry_fixture.h"

namespace muster::provisioning {
namespace {

class RegistryImportTest : public RegistryTest {
 protected:
  static Node listed(const std::string& name, std::uint32_t address, int number) {
    Node node{{.name = name, .address = {address}}};
    node.hardware.macs = {mac(number)};
    return node;
  }
  /// "changed/unchanged", or why nothing was imported.
  std::string import(const std::vector<Node>& nodes) {
    const auto done = registry_->node_decisions().import(nodes, now_);
    return done ? std::format("{}/{}", done->changed, done->unchanged) : done.error().text();
  }
};

TEST_F(RegistryImportTest, a_machine_that_waits_becomes_the_node_of_the_list) {
  registry_->discovery().set_policy(Policy::ask, 0);
  ASSERT_EQ(boot(1).kind, Welcome::Kind::wait);
  const std::string id = registry_->find(to_string(mac(1)))->id;
  EXPECT_EQ(import({listed("gpu01", 0x0A2A0103, 1)}), "1/0");
  const Welcome welcome = boot(1);
  EXPECT_EQ(welcome.kind, Welcome::Kind::boot);
  EXPECT_EQ(welcome.node.name, "gpu01");
  EXPECT_EQ(welcome.node.address.value, 0x0A2A0103U);
  EXPECT_EQ(welcome.node.id, id) << "its story goes on";
  EXPECT_EQ(welcome.node.hardware.memory, Bytes::from_mib(2048)) << "what it reported stays";
}

TEST_F(RegistryImportTest, a_machine_that_was_named_by_itself_is_renamed_when_it_is_off) {
  const Node before = bring_up(1);
  EXPECT_EQ(import({listed("gpu01", 0x0A2A0103, 1)}),
            "the machine 52:54:00:00:00:01 of gpu01 is n001, which is up; switch it off first, or "
            "'muster node remove n001'; nothing was imported");
  ASSERT_TRUE(tell(before.id, {.stage = "stopping"}));
  EXPECT_EQ(import({listed("gpu01", 0x0A2A0103, 1)}), "1/0");
  EXPECT_FALSE(registry_->find("n001"));
  EXPECT_EQ(registry_->find("gpu01")->id, before.id);
  EXPECT_NE(registry_->address_lost_ms(), 0) << "dnsmasq must forget the address that it had";
  EXPECT_EQ(boot(2).node.name, "n001") << "the name is free again";
}

TEST_F(RegistryImportTest, the_same_list_again_changes_nothing) {
  EXPECT_EQ(import({listed("a", 0x0A2A0101, 1), listed("b", 0x0A2A0102, 2)}), "2/0");
  const std::uint64_t before = registry_->generation();
  EXPECT_EQ(import({listed("a", 0x0A2A0101, 1), listed("b", 0x0A2A0102, 2)}), "0/2");
  EXPECT_EQ(registry_->generation(), before);
  EXPECT_EQ(import({listed("a", 0x0A2A0101, 1), listed("c", 0x0A2A0103, 3)}), "1/1");
}

TEST_F(RegistryImportTest, what_is_anothers_names_the_owner_and_the_way_out) {
  ASSERT_EQ(import({listed("a", 0x0A2A0101, 1)}), "1/0");
  EXPECT_EQ(import({listed("a", 0x0A2A0102, 2)}),
            "there is a node 'a' already, with the Ethernet address 52:54:00:00:00:01; correct the "
            "list, or 'muster node remove a' first; nothing was imported");
  EXPECT_EQ(
      import({listed("b", 0x0A2A0101, 2)}),
      "address 10.42.1.1 of b belongs to a; correct the list, or 'muster node remove a' first; "
      "nothing was imported");
}

TEST_F(RegistryImportTest, what_is_written_twice_imports_nothing) {
  const Node a = listed("a", 0x0A2A0101, 1);
  EXPECT_EQ(import({a, listed("a", 0x0A2A0102, 2)}),
            "'a' is in the list twice; write it once; nothing was imported");
  EXPECT_EQ(import({a, listed("b", 0x0A2A0101, 2)}),
            "10.42.1.1 is in the list twice; write it once; nothing was imported");
  EXPECT_EQ(import({a, listed("b", 0x0A2A0102, 1)}),
            "52:54:00:00:00:01 is in the list twice; write it once; nothing was imported");
  EXPECT_TRUE(registry_->nodes().empty());
}

TEST_F(RegistryImportTest, two_cards_of_one_machine_are_not_two_nodes) {
  registry_->discovery().set_policy(Policy::ask, 0);
  Hardware machine = blank_machine(1);
  machine.macs.push_back(mac(2));
  discover(machine);
  EXPECT_EQ(import({listed("a", 0x0A2A0101, 1), listed("b", 0x0A2A0102, 2)}),
            "52:54:00:00:00:02 of b is a card of a machine that is in the list already; write each "
            "machine once; nothing was imported");
}

TEST_F(RegistryImportTest, what_was_imported_is_there_after_a_restart) {
  registry_->discovery().set_policy(Policy::ask, 0);
  boot(1);
  ASSERT_EQ(import({listed("gpu01", 0x0A2A0103, 1)}), "1/0");
  open();
  EXPECT_EQ(registry_->find("gpu01")->hardware.macs.front(), mac(1));
}

TEST_F(RegistryImportTest, one_machine_is_adopted_by_the_name_that_somebody_wishes) {
  registry_->discovery().set_policy(Policy::ask, 0);
  boot(1);
  boot(2);
  ASSERT_TRUE(registry_->node_decisions().adopt_as(to_string(mac(2)), "gpu01", now_));
  EXPECT_EQ(boot(2).node.name, "gpu01");
  EXPECT_EQ(registry_->node_decisions().adopt_as(to_string(mac(2)), "gpu02", now_).error().text(),
            "'52:54:00:00:00:02' is gpu01 already; 'muster node remove gpu01' forgets it, and it "
            "waits again");
  EXPECT_EQ(registry_->node_decisions().adopt_as(to_string(mac(1)), "gpu01", now_).error().message,
            "there is a node 'gpu01' already");
  EXPECT_FALSE(registry_->node_decisions().adopt_as(to_string(mac(9)), "gpu09", now_));
}

}  // namespace
}  // namespace muster::provisioning
