#include "provisioning/node_turns.h"

#include <algorithm>
#include <array>

namespace muster::provisioning {
namespace {

/// state::Event::subject of all turns.
constexpr std::string_view kTurns = "turns";
/// By the number of the turn.
constexpr std::array<std::string_view, 3> kTurnWords = {"ready", "failed", "left"};

bool was_there(const Node* before) {
  return before != nullptr &&
         (before->state == NodeState::ready || before->state == NodeState::failed);
}

std::optional<Turn> find_turn(const Node* before, const Node* after) {
  if (after == nullptr) return Turn::left;
  const bool is_other = before == nullptr || before->state != after->state;
  if (is_other && after->state == NodeState::ready) return Turn::ready;
  if (is_other && after->state == NodeState::failed) return Turn::failed;
  if (is_other && was_there(before)) return Turn::left;
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Turn turn) { return kTurnWords[static_cast<std::size_t>(turn)]; }

std::optional<NodeTurn> turn_between(const Node* before, const Node* after) {
  const Node* const known = after == nullptr ? before : after;
  if (known == nullptr || known->name.empty()) return std::nullopt;
  const auto turn = find_turn(before, after);
  if (!turn) return std::nullopt;
  return NodeTurn{.turn = *turn, .id = known->id, .name = known->name};
}

state::Event turn_event(const NodeTurn& turn, Now now) {
  return {.time_ms = now.wall_ms,
          .subject = std::string(kTurns),
          .kind = std::string(to_string(turn.turn)),
          .text = turn.id + " " + turn.name,
          .retention = state::Retention::passing};
}

std::optional<NodeTurn> parse_turn(const state::Event& event) {
  const auto word = std::ranges::find(kTurnWords, event.kind);
  const std::size_t blank = event.text.find(' ');
  if (event.subject != kTurns || word == kTurnWords.end() || blank == std::string::npos) {
    return std::nullopt;
  }
  return NodeTurn{.turn = static_cast<Turn>(word - kTurnWords.begin()),
                  .id = event.text.substr(0, blank),
                  .name = event.text.substr(blank + 1)};
}

}  // namespace muster::provisioning
