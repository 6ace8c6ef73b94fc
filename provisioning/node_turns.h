#pragma once
// Turns in the life of nodes, for who follows them: that one became ready, failed, or left. They
// are events of the store beside the nodes' timelines, in the order in which they came true. Pure.

#include <optional>
#include <string>

#include "core/base/now.h"
#include "core/state/store.h"
#include "provisioning/node.h"

namespace muster::provisioning {

/// left: it went down, starts anew, or was removed.
enum class Turn { ready, failed, left };

std::string_view to_string(Turn turn);

struct NodeTurn {
  Turn turn = Turn::ready;
  /// Node::id, and the name that it had.
  std::string id;
  std::string name;
  bool operator==(const NodeTurn&) const = default;
};

/// What it means that a node is like `after` and was like `before`; null: there was none, or it was
/// removed. None of a machine without a name.
std::optional<NodeTurn> turn_between(const Node* before, const Node* after);

/// Passing: of the last hundred thousand of all nodes none is lost.
state::Event turn_event(const NodeTurn& turn, Now now);
/// None: the event is no turn.
std::optional<NodeTurn> parse_turn(const state::Event& event);

}  // namespace muster::provisioning
