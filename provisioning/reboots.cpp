#include "provisioning/reboots.h"

#include <format>
#include <map>
#include <mutex>

#include "core/base/node_set.h"
#include "core/base/text.h"
#include "core/os/random.h"
#include "provisioning/keep.h"

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
  return fail(ErrorKind::conflict,
              std::format("cannot reboot what is not up: {}", join(parts, "; ")),
              "leave these nodes out, or switch them off and on; no node was asked");
}

/// Why a node would not hear a wish; empty when it would.
std::string why_not_up(const Member& member, Now now) {
  const Node& node = *member.node;
  if (node.name.empty()) return "waits for adoption";
  // Its agent runs and tries the plan again and again.
  const bool is_at_plan = node.state == NodeState::failed && node.stage == "plan";
  if (node.state != NodeState::ready && !is_at_plan) {
    return node.state == NodeState::failed ? std::format("failed at '{}'", node.stage)
                                           : std::format("is {}", to_string(node.state));
  }
  const std::int64_t silent_ms = now.steady_ms - member.contact.proof_ms;
  return silent_ms < kLostMs ? "" : std::format("sent no message for {} s", silent_ms / 1000);
}

}  // namespace

Status Reboots::ask(std::span<const std::string> names, const std::string& why, Now now) {
  std::shared_ptr<Ticket> ticket;
  {
    const std::scoped_lock lock(ledger_.mutex());
    Obstacles obstacles;
    std::map<std::string, Member> asked;
    for (const std::string& name : names) {
      const Member* const member = ledger_.find(ledger_.directory().id_of(name));
      if (member == nullptr) {
        obstacles["is not known"].push_back(printable(name, 64));
      } else if (const std::string reason = why_not_up(*member, now); !reason.empty()) {
        obstacles[reason].push_back(who(*member->node));
      } else if (!member->node->reboot) {
        asked.insert_or_assign(member->node->id, *member);
      }
    }
    if (!obstacles.empty()) return cannot_reboot(obstacles);
    for (auto& [id, member] : asked) {
      auto node = std::make_shared<Node>(*member.node);
      node->reboot = RebootWish{.id = os::random_hex(8), .asked_ms = now.wall_ms};
      if (node->state == NodeState::ready) node->stage = "reboot";
      member.contact.wish_ms = now.steady_ms;
      Outcome outcome{.write = Write::decided, .events = {event(*node, "reboot", why, now)}};
      member.node = std::move(node);
      ledger_.put(std::move(member), std::move(outcome), now);
    }
    ticket = ledger_.ticket();
  }
  return written(ticket);
}

Result<std::vector<Reachable>> Reboots::reach(std::span<const std::string> names, Now now) const {
  const std::scoped_lock lock(ledger_.mutex());
  std::map<std::string, Reachable> reached;
  for (const std::string& name : names) {
    const Member* const member = ledger_.find(ledger_.directory().id_of(name));
    if (member == nullptr) {
      return fail(ErrorKind::absent, std::format("there is no node '{}'", printable(name, 64)),
                  "'muster node list' shows them");
    }
    const Node& node = *member->node;
    reached.insert_or_assign(
        node.id, Reachable{.id = node.id, .name = who(node), .obstacle = why_not_up(*member, now)});
  }
  std::vector<Reachable> list;
  for (auto& [id, one] : reached) list.push_back(std::move(one));
  return list;
}

}  // namespace muster::provisioning
