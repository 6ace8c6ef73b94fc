// The part of the registry that is about reboots that somebody asked for. A wish is kept with its
// node, so that a head that starts anew still has it, and is over when the node boots again
// (begin_boot) or when it came to nothing.

#include <format>
#include <map>

#include <nlohmann/json.hpp>

#include "core/base/node_set.h"
#include "core/base/text.h"
#include "core/os/hash.h"
#include "provisioning/registry.h"
#include "provisioning/registry_detail.h"

namespace muster::provisioning {
namespace {

/// As much of names is told for one reason.
constexpr std::size_t kLongestNames = 200;

/// What keeps nodes from being asked, by reason.
using Obstacles = std::map<std::string, std::vector<std::string>>;

std::unexpected<Error> cannot_reboot(const Obstacles& obstacles) {
  std::vector<std::string> parts;
  for (const auto& [reason, names] : obstacles) {
    parts.push_back(std::format("{} {}", printable(fold_names(names), kLongestNames), reason));
  }
  return fail(std::format("cannot reboot what is not up: {}", join(parts, "; ")),
              "leave these nodes out, or switch them off and on; no node was asked");
}

}  // namespace

/// Why a node would not hear a wish; empty when it would.
std::string Registry::why_not_up(const Node& node, std::int64_t now_ms) const {
  if (node.name.empty()) return "waits for adoption";
  // Its agent runs and tries the plan again and again.
  const bool is_at_plan = node.state == NodeState::failed && node.stage == "plan";
  if (node.state != NodeState::ready && !is_at_plan) {
    return node.state == NodeState::failed ? std::format("failed at '{}'", node.stage)
                                           : std::format("is {}", to_string(node.state));
  }
  const std::int64_t silent_ms = silence_ms(node, now_ms);
  return silent_ms < kLostMs ? "" : std::format("sent no message for {} s", silent_ms / 1000);
}

Status Registry::ask_reboot(std::span<const std::string> names, const std::string& why,
                            std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  Obstacles obstacles;
  std::map<std::string, Node> asked;
  for (const std::string& name : names) {
    const std::string id = id_of(name);
    if (id.empty()) {
      obstacles["is not known"].push_back(printable(name, 64));
      continue;
    }
    const Node& node = nodes_.at(id);
    if (const std::string reason = why_not_up(node, now_ms); !reason.empty()) {
      obstacles[reason].push_back(who(node));
    } else if (!node.reboot) {
      asked[id] = node;
    }
  }
  if (!obstacles.empty()) return cannot_reboot(obstacles);
  std::vector<state::Change> changes;
  std::vector<state::Event> events;
  for (auto& [id, node] : asked) {
    node.reboot = RebootWish{.id = os::random_hex(8), .asked_ms = now_ms};
    if (node.state == NodeState::ready) node.stage = "reboot";
    changes.push_back({.kind = "node", .key = id, .value = to_json(node).dump()});
    events.push_back(event(node, "reboot", why, now_ms));
  }
  if (asked.empty()) return {};
  const auto committed = store_.commit({.changes = changes, .events = events});
  if (!committed) return std::unexpected(committed.error());
  for (auto& [id, node] : asked) nodes_.at(id) = std::move(node);
  return {};
}

/// Takes back a wish that came to nothing; what is to be noted of it.
std::optional<std::string> Registry::give_up_reboot(Node& node, std::int64_t now_ms) const {
  if (!node.reboot) return std::nullopt;
  // The head's clock was set back: from now on it counts anew.
  node.reboot->asked_ms = std::min(node.reboot->asked_ms, now_ms);
  const bool is_going = node.state == NodeState::off || node.state == NodeState::booting;
  if (is_going || now_ms - node.reboot->asked_ms < kRebootWishMs) return std::nullopt;
  node.reboot.reset();
  if (node.stage == "reboot") node.stage = "ready";
  return std::format("did not reboot within {} s of being asked, and is not expected to any more",
                     kRebootWishMs / 1000);
}

}  // namespace muster::provisioning
