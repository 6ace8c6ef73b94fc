#include "provisioning/node_turns.h"

#include <gtest/gtest.h>

namespace muster::provisioning {
namespace {

Node node(NodeState state, const std::string& name = "n001") {
  Node made;
  made.id = "0123";
  made.name = name;
  made.state = state;
  return made;
}

std::string turn(const Node* before, const Node* after) {
  const auto found = turn_between(before, after);
  return found ? std::string(to_string(found->turn)) : "";
}

std::string turn(NodeState before, NodeState after) {
  const Node one = node(before);
  const Node other = node(after);
  return turn(&one, &other);
}

TEST(NodeTurns, are_told_when_a_node_becomes_ready_fails_or_leaves) {
  EXPECT_EQ(turn(NodeState::booting, NodeState::ready), "ready");
  EXPECT_EQ(turn(NodeState::failed, NodeState::ready), "ready");
  EXPECT_EQ(turn(NodeState::booting, NodeState::failed), "failed");
  EXPECT_EQ(turn(NodeState::ready, NodeState::failed), "failed");
  EXPECT_EQ(turn(NodeState::ready, NodeState::off), "left");
  EXPECT_EQ(turn(NodeState::ready, NodeState::booting), "left");
  EXPECT_EQ(turn(NodeState::failed, NodeState::booting), "left");
}

TEST(NodeTurns, are_not_told_of_what_goes_on) {
  EXPECT_EQ(turn(NodeState::ready, NodeState::ready), "");
  EXPECT_EQ(turn(NodeState::failed, NodeState::failed), "");
  EXPECT_EQ(turn(NodeState::off, NodeState::booting), "");
  EXPECT_EQ(turn(NodeState::adopted, NodeState::booting), "");
}

TEST(NodeTurns, are_told_of_nodes_that_come_and_go) {
  const Node ready = node(NodeState::ready);
  const Node adopted = node(NodeState::adopted);
  EXPECT_EQ(turn(nullptr, &ready), "ready");
  EXPECT_EQ(turn(nullptr, &adopted), "");
  EXPECT_EQ(turn(&ready, nullptr), "left");
  EXPECT_EQ(turn(nullptr, nullptr), "");
}

TEST(NodeTurns, are_not_told_of_machines_without_a_name) {
  const Node machine = node(NodeState::booting, "");
  const Node failed = node(NodeState::failed, "");
  EXPECT_EQ(turn(&machine, &failed), "");
  EXPECT_EQ(turn(&failed, nullptr), "");
}

TEST(NodeTurns, are_read_as_they_were_written) {
  const NodeTurn one{.turn = Turn::failed, .id = "0123", .name = "n001"};
  EXPECT_EQ(parse_turn(turn_event(one, {.wall_ms = 5})), one);
  EXPECT_EQ(turn_event(one, {.wall_ms = 5}).retention, state::Retention::passing);
  EXPECT_FALSE(parse_turn({.subject = "0123", .kind = "failed", .text = "0123 n001"}));
  EXPECT_FALSE(parse_turn({.subject = "turns", .kind = "danced", .text = "0123 n001"}));
  EXPECT_FALSE(parse_turn({.subject = "turns", .kind = "failed", .text = "0123"}));
}

}  // namespace
}  // namespace muster::provisioning
