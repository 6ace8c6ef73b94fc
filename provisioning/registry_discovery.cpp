// The part of the registry that machines in stage one meet: who they are, whether they are adopted,
// and where they boot.

#include <algorithm>
#include <cstdlib>
#include <format>
#include <mutex>

#include "core/base/text.h"
#include "core/crypto/hash.h"
#include "core/os/random.h"
#include "provisioning/hardware_change.h"
#include "provisioning/registry.h"
#include "provisioning/registry_detail.h"

namespace muster::provisioning {

bool Registry::lived_lately(const std::string& id, Now now) const {
  const Member* const member = ledger_->find(id);
  const NodeState state = member->node->state;
  if (state == NodeState::ready || state == NodeState::booting) return true;
  return member->heard.wall_ms != 0 && std::abs(now.wall_ms - member->heard.wall_ms) < kLatelyMs;
}

/// A machine that nobody knows. Returns its id.
std::string Registry::add_unknown(const Hardware& hardware, Now now) {
  if (ledger_->unnamed() >= kMaxUnknown) {
    // One that still waits comes again by itself, one that was made up does not.
    const std::string oldest = ledger_->oldest_unnamed();
    last_refusal_ms_.erase(oldest);
    ledger_->erase(oldest, Write::relaxed, now);
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
  ledger_->put(
      {.node = std::move(node),
       .heard = {.any_ms = now.steady_ms, .proof_ms = now.steady_ms, .wall_ms = now.wall_ms}},
      std::move(outcome), now);
  note_twins(added, now);
  return added.id;
}

/// Cheap boards and cloned virtual machines have one UUID.
void Registry::note_twins(const Node& node, Now now) {
  const std::vector<std::string> twins = ledger_->directory().twins(node);
  if (twins.empty()) return;
  const Node& twin = *ledger_->find(twins.front())->node;
  const std::string told = std::format(
      "it has the UUID {} of {}; both are known by their network cards. If it is the "
      "same machine with another card: 'muster node remove {}', then adopt it under "
      "that name",
      node.hardware.uuid, who(twin), who(twin));
  ledger_->note(event(node, "uuid", told, now), Write::relaxed, now);
  // Once: a third machine changes nothing for the first two.
  if (twins.size() > 1) return;
  ledger_->note(event(twin, "uuid",
                      std::format("another machine, {}, has its UUID {}; both are known by their "
                                  "network cards",
                                  to_string(node.hardware.macs.front()), node.hardware.uuid),
                      now),
                Write::relaxed, now);
}

Result<Ipv4Address> Registry::free_address() {
  // Where another server gives the addresses, a node has the one that it is heard from.
  if (addressing_ == Addressing::observed) return Ipv4Address{};
  if (const auto address = ledger_->directory().free_address(settings_.addresses)) return *address;
  return fail(ErrorKind::conflict,
              std::format("all {} addresses of {} are given out", settings_.addresses.size(),
                          to_string(settings_.addresses)),
              "make nodes.addresses larger in cluster.yaml, or remove nodes");
}

Status Registry::name(Member member, std::string name, Now now) {
  TRY_ASSIGN(const Ipv4Address address, free_address());
  auto node = std::make_shared<Node>(*member.node);
  node->name = std::move(name);
  node->address = address;
  node->profile = settings_.default_profile;
  node->state = NodeState::adopted;
  node->reason.clear();
  const std::string has = address.value == 0 ? "" : ", address " + to_string(address);
  Outcome outcome{.write = Write::decided,
                  .events = {event(*node, "adopted", "named " + node->name + has, now)}};
  member.node = std::move(node);
  ledger_->put(std::move(member), std::move(outcome), now);
  return {};
}

Pending<Welcome> Registry::discover(const Hardware& report, Ipv4Address address, Now now,
                                    const std::string& started_as, const std::string& image) {
  const Hardware hardware = without_drivers(report);
  const std::scoped_lock lock(ledger_->mutex());
  const std::vector<std::string> known = ledger_->directory().recognise(
      hardware, [&](const std::string& id) { return lived_lately(id, now); });
  const auto shown = known.empty() ? nullptr : ledger_->published().find(known.front());
  const bool has_name = shown && !shown->name.empty();
  Result<Welcome> welcomed = Welcome();
  if (known.size() > 1) {
    const Node& first = *ledger_->find(known.front())->node;
    const std::string other = who(*ledger_->find(known.back())->node);
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
  return Pending<Welcome>(std::move(welcomed), ledger_->ticket(),
                          is_named_now ? Need::written : Need::none);
}

/// Tells a machine to wait, and its timeline why, once a minute.
Result<Welcome> Registry::refuse(const Node& node, const std::string& kind, std::string reason,
                                 Now now) {
  note_refusal(node, kind, reason, now);
  return Welcome{.reason = std::move(reason)};
}

void Registry::note_refusal(const Node& node, const std::string& kind, const std::string& reason,
                            Now now) {
  const auto last = last_refusal_ms_.find(node.id);
  if (last != last_refusal_ms_.end() && now.steady_ms - last->second <= 60'000) return;
  last_refusal_ms_[node.id] = now.steady_ms;
  ledger_->note(event(node, kind, reason, now), Write::relaxed, now);
}

/// What a machine that is known is told.
Result<Welcome> Registry::welcome(const std::string& id, const Hardware& hardware,
                                  Ipv4Address address, const Started& started, Now now) {
  Member member = *ledger_->find(id);
  if (const std::string busy = busy_reason(member, address, now); !busy.empty()) {
    return refuse(*member.node, "claim", busy, now);
  }
  if (!member.node->has_enrolled()) {
    Outcome outcome = take_report(member, hardware, now);
    ledger_->put(member, std::move(outcome), now);
  }
  if (member.node->name.empty() && policy_at(now.wall_ms) == Policy::open) {
    const std::string free =
        ledger_->directory().free_name(settings_.name_prefix, settings_.name_digits);
    if (const Status named = name(member, free, now); !named) {
      auto waiting = std::make_shared<Node>(*member.node);
      waiting->reason = named.error().text();
      member.node = std::move(waiting);
      ledger_->put(member, {}, now);
      return refuse(*member.node, "refused", named.error().text(), now);
    }
    member = *ledger_->find(id);
  }
  if (member.node->name.empty()) {
    return Welcome{.reason =
                       std::format("waits for adoption; run 'muster node adopt {}' on the head",
                                   to_string(hardware.macs.front()))};
  }
  // The address of a node that enrolled before is not moved by somebody who claims to be it.
  const bool is_claim = member.node->has_enrolled() && addressing_ == Addressing::observed;
  if (const Status taken = is_claim ? Status() : take_address(id, address, now); !taken) {
    return refuse(*member.node, "refused", taken.error().text(), now);
  }
  member = *ledger_->find(id);
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
  ledger_->put(std::move(member), std::move(outcome), now);
  return welcome;
}

/// Where another server gives the addresses, a node has the one that it is heard from.
Status Registry::take_address(const std::string& id, Ipv4Address address, Now now) {
  Member member = *ledger_->find(id);
  Ipv4Address wanted = member.node->address;
  if (addressing_ == Addressing::observed) {
    wanted = address;
  } else if (wanted.value == 0) {
    TRY_ASSIGN(wanted, free_address());
  }
  if (wanted == member.node->address) return {};
  if (const std::string owner = ledger_->directory().by_address(wanted); !owner.empty()) {
    // The other server gave it to this machine: who had it has another when it comes again.
    Member before = *ledger_->find(owner);
    auto without = std::make_shared<Node>(*before.node);
    without->address = {};
    before.node = std::move(without);
    ledger_->put(std::move(before), {.write = Write::relaxed}, now);
  }
  auto node = std::make_shared<Node>(*member.node);
  node->address = wanted;
  Outcome outcome{.write = Write::relaxed,
                  .events = {event(*node, "address", "has " + to_string(wanted), now)}};
  member.node = std::move(node);
  ledger_->put(std::move(member), std::move(outcome), now);
  return {};
}

}  // namespace muster::provisioning
