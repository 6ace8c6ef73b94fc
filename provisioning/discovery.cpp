#include "provisioning/discovery.h"

#include <cstdlib>
#include <format>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "core/crypto/hash.h"
#include "core/os/random.h"
#include "provisioning/hardware_change.h"
#include "provisioning/keep.h"

namespace muster::provisioning {
namespace {

/// Machines that nobody adopted; more than this is a flood, not a delivery.
constexpr std::size_t kMaxUnknown = 4096;

/// A machine whose UUID another one with other cards has was replaced, or is in use beside it: it
/// is in use when it was heard within this time.
constexpr std::int64_t kLatelyMs = 7 * 86'400'000LL;

}  // namespace

Policy Discovery::policy_at(std::int64_t now_ms) const {
  const bool over = policy_until_ms_ != 0 && now_ms >= policy_until_ms_;
  return policy_ == Policy::open && over ? Policy::ask : policy_;
}

void Discovery::set_policy(Policy policy, std::int64_t until_ms) {
  const std::scoped_lock lock(ledger_.mutex());
  policy_ = policy;
  policy_until_ms_ = until_ms;
}

Policy Discovery::policy(std::int64_t now_ms) const {
  const std::scoped_lock lock(ledger_.mutex());
  return policy_at(now_ms);
}

Pending<bool> Discovery::stage(const std::string& session, const StageReport& report, Now now) {
  const std::scoped_lock lock(ledger_.mutex());
  const Member* const found = ledger_.find_by_secret(session);
  if (found == nullptr) {
    return Pending<bool>(
        fail(ErrorKind::denied, "the session is unknown or over", "discover again"));
  }
  Member member = *found;
  Answer answer = take_stage(member, report, now);
  if (answer.refusal) return Pending<bool>(std::unexpected(*answer.refusal));
  return keep(ledger_, std::move(member), std::move(answer.outcome), now, true);
}

bool Discovery::lived_lately(const std::string& id, Now now) const {
  const Member* const member = ledger_.find(id);
  const NodeState state = member->node->state;
  if (state == NodeState::ready || state == NodeState::booting) return true;
  return member->contact.wall_ms != 0 &&
         std::abs(now.wall_ms - member->contact.wall_ms) < kLatelyMs;
}

/// A machine that nobody knows. Returns its id.
std::string Discovery::add_unknown(const Hardware& hardware, Now now) {
  if (ledger_.unnamed() >= kMaxUnknown) {
    // One that still waits comes again by itself, one that was made up does not.
    const std::string oldest = ledger_.oldest_unnamed();
    refusals_.forget(oldest);
    ledger_.erase(oldest, Write::relaxed, now);
  }
  auto node = std::make_shared<Node>();
  node->id = os::random_hex(8);
  node->hardware = hardware;
  node->stage = "discovery";
  Outcome outcome{.write = Write::relaxed,
                  .events = {event(*node, "discovered", machine_text(hardware), now)}};
  const std::string lacks = describe(hardware.left_out);
  if (!lacks.empty()) outcome.events.push_back(event(*node, "hardware", "report: " + lacks, now));
  const Node added = *node;
  ledger_.put(
      {.node = std::move(node),
       .contact = {.any_ms = now.steady_ms, .proof_ms = now.steady_ms, .wall_ms = now.wall_ms}},
      std::move(outcome), now);
  note_twins(added, now);
  return added.id;
}

/// Cheap boards and cloned virtual machines have one UUID.
void Discovery::note_twins(const Node& node, Now now) {
  const std::vector<std::string> twins = ledger_.directory().twins(node);
  if (twins.empty()) return;
  const Node& twin = *ledger_.find(twins.front())->node;
  const std::string told = std::format(
      "it has the UUID {} of {}; both are known by their network cards. If it is the "
      "same machine with another card: 'muster node remove {}', then adopt it under "
      "that name",
      node.hardware.uuid, who(twin), who(twin));
  ledger_.note(event(node, "uuid", told, now), Write::relaxed, now);
  // Once: a third machine changes nothing for the first two.
  if (twins.size() > 1) return;
  ledger_.note(event(twin, "uuid",
                     std::format("another machine, {}, has its UUID {}; both are known by their "
                                 "network cards",
                                 to_string(node.hardware.macs.front()), node.hardware.uuid),
                     now),
               Write::relaxed, now);
}

Pending<Welcome> Discovery::discover(const Hardware& report, Ipv4Address address, Now now,
                                     const std::string& started_as, const std::string& image) {
  const Hardware hardware = without_drivers(report);
  const std::scoped_lock lock(ledger_.mutex());
  const std::vector<std::string> known = ledger_.directory().recognise(
      hardware, [&](const std::string& id) { return lived_lately(id, now); });
  const auto shown = known.empty() ? nullptr : ledger_.published().find(known.front());
  const bool has_name = shown && !shown->name.empty();
  Result<Welcome> welcomed = Welcome();
  if (known.size() > 1) {
    const Node& first = *ledger_.find(known.front())->node;
    const std::string other = who(*ledger_.find(known.back())->node);
    welcomed = refuse(first, "claim",
                      std::format("the machine with address {} reports hardware of both {} and {}; "
                                  "if a network card moved, run 'muster node remove {}'",
                                  to_string(hardware.macs.front()), who(first), other, other),
                      now);
  } else if (known.empty() && policy_at(now.wall_ms) == Policy::closed) {
    welcomed = Welcome{.reason = "discovery is closed; run 'muster discover open' on the head"};
  } else {
    const std::string id = known.empty() ? add_unknown(hardware, now) : known.front();
    welcomed = welcome(id, hardware, address, {.profile = started_as, .image = image}, now);
  }
  const bool is_named_now = welcomed && welcomed->kind == Welcome::Kind::boot && !has_name;
  // A name that could not be written is nobody's.
  return Pending<Welcome>(std::move(welcomed), ledger_.ticket(),
                          is_named_now ? Need::written : Need::none);
}

/// Tells a machine to wait, and its timeline why, once a minute.
Result<Welcome> Discovery::refuse(const Node& node, const std::string& kind, std::string reason,
                                  Now now) {
  refusals_.note(node, kind, reason, now);
  return Welcome{.reason = std::move(reason)};
}

/// What a machine that is known is told.
Result<Welcome> Discovery::welcome(const std::string& id, const Hardware& hardware,
                                   Ipv4Address address, const Started& started, Now now) {
  Member member = *ledger_.find(id);
  if (const std::string busy = busy_reason(member, address, now); !busy.empty()) {
    return refuse(*member.node, "claim", busy, now);
  }
  if (!member.node->has_enrolled()) {
    Outcome outcome = take_report(member, hardware, now);
    ledger_.put(member, std::move(outcome), now);
  }
  if (member.node->name.empty() && policy_at(now.wall_ms) == Policy::open) {
    const std::string free = allocation_.free_name();
    if (const Status named = allocation_.name(member, free, now); !named) {
      auto waiting = std::make_shared<Node>(*member.node);
      waiting->reason = named.error().text();
      member.node = std::move(waiting);
      ledger_.put(member, {}, now);
      return refuse(*member.node, "refused", named.error().text(), now);
    }
    member = *ledger_.find(id);
  }
  if (member.node->name.empty()) {
    return Welcome{.reason =
                       std::format("waits for adoption; run 'muster node adopt {}' on the head",
                                   to_string(hardware.macs.front()))};
  }
  // The address of a node that enrolled before is not moved by somebody who claims to be it.
  const bool is_claim =
      member.node->has_enrolled() && allocation_.addressing() == Addressing::observed;
  if (const Status taken = is_claim ? Status() : allocation_.take_address(id, address, now);
      !taken) {
    return refuse(*member.node, "refused", taken.error().text(), now);
  }
  member = *ledger_.find(id);
  Welcome welcome{.kind = Welcome::Kind::boot,
                  .profile = started.profile.empty() ? member.node->profile : started.profile,
                  .session = os::random_hex(16),
                  .token = os::random_hex(32)};
  welcome.image = started.image.empty() ? settings_.image_of(welcome.profile) : started.image;
  Outcome outcome = begin_boot(member,
                               {.hardware = hardware,
                                .address = address,
                                .profile = welcome.profile,
                                .image = welcome.image,
                                .secret = welcome.session,
                                .token_hash = crypto::sha256(welcome.token)},
                               now);
  welcome.node = *member.node;
  if (is_claim) welcome.node.address = address;
  ledger_.put(std::move(member), std::move(outcome), now);
  return welcome;
}

}  // namespace muster::provisioning
