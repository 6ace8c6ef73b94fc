#include "control/node_health.h"

#include <format>
#include <gtest/gtest.h>

namespace muster::control {
namespace {

using provisioning::Node;
using provisioning::NodeState;

Node node(const std::string& name, NodeState state, const std::string& stage = "",
          const std::string& reason = "") {
  Node made;
  made.id = "id-of-" + name;
  made.name = name;
  made.address = parse_ipv4("10.42.1.1").value();
  made.hardware.macs = {parse_mac("52:54:00:00:00:01").value()};
  made.state = state;
  made.stage = stage;
  made.reason = reason;
  return made;
}

TEST(NodeHealth, nothing_is_wrong_with_nodes_that_are_well) {
  const std::vector<Node> nodes = {node("n001", NodeState::ready), node("", NodeState::discovered)};
  EXPECT_TRUE(failed_nodes(nodes).empty());
  EXPECT_TRUE(kept_out_machines(nodes).empty());
  EXPECT_TRUE(strayed_nodes(nodes, parse_ipv4_range("10.42.1.0-10.42.1.9").value()).empty());
}

TEST(NodeHealth, one_node_is_told_with_its_reason) {
  const std::vector<Node> nodes = {node("n007", NodeState::failed, "image", "wrong hash")};
  EXPECT_EQ(failed_nodes(nodes),
            (std::vector<Problem>{{"n007 failed at image: wrong hash",
                                   "'muster node why n007' shows its last boot"}}));
}

TEST(NodeHealth, a_rack_without_power_is_one_problem) {
  std::vector<Node> nodes;
  for (const char* name : {"n001", "n002", "n003"}) {
    nodes.push_back(node(name, NodeState::failed, "lost",
                         std::format("not heard for 6{} s", nodes.size() + 1)));
  }
  nodes.push_back(node("n004", NodeState::failed, "image", "wrong hash"));
  nodes.push_back(node("n005", NodeState::failed, "image", "a short file"));
  const auto problems = failed_nodes(nodes);
  ASSERT_EQ(problems.size(), 3U);
  EXPECT_EQ(problems[0].what, "n005 failed at image: a short file");
  EXPECT_EQ(problems[1].what, "n004 failed at image: wrong hash");
  EXPECT_EQ(problems[2].what, "n[001-003] (3 nodes) failed at lost, n001: not heard for 61 s");
  EXPECT_EQ(problems[2].next_step, "'muster node why n001' shows its last boot");
}

TEST(NodeHealth, machines_that_are_kept_out_for_the_same_reason_are_counted) {
  const std::vector<Node> nodes = {node("", NodeState::discovered, "", "no address is free"),
                                   node("", NodeState::discovered, "", "no address is free")};
  const auto problems = kept_out_machines(nodes);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].what,
            "2 machines cannot join, 52:54:00:00:00:01 the first: no address is free");
}

TEST(NodeHealth, nodes_whose_profile_is_gone_are_one_problem_for_each_profile) {
  std::vector<Node> nodes = {node("n001", NodeState::ready), node("n002", NodeState::ready),
                             node("n003", NodeState::ready), node("", NodeState::discovered)};
  nodes[0].profile = "default";
  nodes[1].profile = nodes[2].profile = "gone";
  provisioning::Image image;
  image.name = "compute";
  const provisioning::Boots boots({{"default", {.image = image}}}, "default");
  const auto problems = nodes_without_profile(nodes, boots);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].what,
            "n[002-003]: the profile is 'gone', which cluster.yaml no longer has; boots as "
            "'default'");
}

TEST(NodeHealth, a_node_that_still_runs_as_a_profile_that_is_gone_is_told) {
  std::vector<Node> nodes = {node("n001", NodeState::ready), node("n002", NodeState::off)};
  for (Node& each : nodes) {
    each.profile = "default";
    each.booted_profile = "gone";
  }
  const provisioning::Boots boots({{"default", {.image = {.name = "compute"}}}}, "default");
  const auto problems = nodes_without_profile(nodes, boots);
  ASSERT_EQ(problems.size(), 1U) << "one that is off boots as another";
  EXPECT_EQ(problems[0].what, "n001: runs as profile 'gone', which cluster.yaml no longer has");
  EXPECT_EQ(problems[0].next_step,
            "'muster node reboot n001' starts it as the profile that it has now");
}

TEST(NodeHealth, nodes_outside_of_the_addresses_are_one_problem) {
  const std::vector<Node> nodes = {node("n001", NodeState::ready), node("n002", NodeState::off)};
  const auto problems = strayed_nodes(nodes, parse_ipv4_range("10.9.0.1-10.9.0.9").value());
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].next_step, "'muster node remove n[001-002]' and a restart give another");
}

/// A running node with cards of this vendor, all as the driver is.
Node node_with_cards(const std::string& name, std::uint16_t vendor, std::size_t count,
                     const provisioning::AcceleratorDriver& driver) {
  Node made = node(name, NodeState::ready);
  made.profile = made.booted_profile = "default";
  for (std::size_t i = 0; i < count; ++i) {
    made.hardware.accelerators.push_back({.address = std::format("0000:{:02x}:00.0", i),
                                          .vendor = vendor,
                                          .device = 0x740f,
                                          .pci_class = 0x0302,
                                          .driver = driver});
  }
  return made;
}

std::vector<Problem> card_problems(const std::vector<Node>& nodes,
                                   spec::Firmware firmware = spec::Firmware::network) {
  provisioning::Image image;
  image.name = "compute";
  return cards_without_driver(nodes, {{{"default", {.image = image}}}, "default"}, firmware);
}

TEST(NodeHealth, cards_are_told_of_also_when_no_image_can_be_booted) {
  const std::vector<Node> nodes = {node_with_cards("n001", 0x10de, 1, {})};
  EXPECT_EQ(cards_without_driver(nodes, {{}, ""}, spec::Firmware::network).size(), 1U);
}

TEST(NodeHealth, nodes_whose_cards_lack_a_driver_are_one_problem) {
  const auto problems =
      card_problems({node_with_cards("n001", 0x10de, 2, {}), node_with_cards("n002", 0x10de, 2, {}),
                     node_with_cards("n003", 0x10de, 2, {})});
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].what, "n[001-003]: 2 NVIDIA cards each have no driver in image 'compute'");
  EXPECT_EQ(problems[0].next_step,
            "the image needs the vendor's driver: 'muster help jobs', Graphics and compute cards");
}

TEST(NodeHealth, a_card_whose_driver_is_in_debian_needs_other_firmware) {
  const std::vector nodes = {node_with_cards("n001", 0x1002, 1, {})};
  const auto small = card_problems(nodes);
  ASSERT_EQ(small.size(), 1U);
  EXPECT_EQ(small[0].what, "n001: 1 AMD card has no driver in image 'compute'");
  EXPECT_TRUE(small[0].next_step.contains("'firmware: all'")) << small[0].next_step;
  EXPECT_TRUE(card_problems(nodes, spec::Firmware::all)[0].next_step.contains("journalctl -k"));
}

TEST(NodeHealth, a_card_that_jobs_have_or_that_nobody_has_looked_at_is_no_problem) {
  Node unseen = node_with_cards("n001", 0x10de, 1, {});
  unseen.hardware.accelerators[0].driver.reset();
  Node off = node_with_cards("n002", 0x10de, 1, {});
  off.state = NodeState::off;
  EXPECT_TRUE(card_problems({unseen, off,
                             node_with_cards("n003", 0x10de, 1,
                                             {.name = "nvidia", .files = {"/dev/nvidia0"}})})
                  .empty());
}

}  // namespace
}  // namespace muster::control
