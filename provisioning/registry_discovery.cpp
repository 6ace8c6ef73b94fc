// The part of the registry that machines in stage one meet: who they are, whether they are adopted,
// and their boot.

#include <algorithm>
#include <format>

#include "core/base/text.h"
#include "core/os/hash.h"
#include "provisioning/registry.h"
#include "provisioning/registry_detail.h"

namespace muster::provisioning {

using state::Event;

namespace {

/// "52:54:00:00:00:01 Dell Inc. R650, 64 CPUs, 256.0 GiB".
std::string machine_text(const Hardware& hardware) {
  return std::format(
      "{} {} {}, {}, {}", to_string(hardware.macs.front()), hardware.vendor, hardware.product,
      hardware.topology ? std::format("{} CPUs", hardware.topology->cpus()) : "unknown processors",
      hardware.memory ? human(*hardware.memory) : "unknown memory");
}

void add_left_out(std::vector<Event>& events, const Node& node, std::int64_t now_ms) {
  const std::string lacks = describe(node.hardware.left_out);
  if (!lacks.empty()) events.push_back(event(node, "hardware", "report: " + lacks, now_ms));
}

/// What the running system said of its cards is true of the same card until it speaks again: a node
/// that starts anew keeps what its jobs may ask for.
void keep_drivers(Hardware& seen, const Hardware& before) {
  for (Accelerator& card : seen.accelerators) {
    const auto known = std::ranges::find(before.accelerators, card.address, &Accelerator::address);
    const bool same = known != before.accelerators.end() && known->vendor == card.vendor &&
                      known->device == card.device;
    if (same) card.driver = known->driver;
  }
}

/// What a machine has less of than before: a broken memory module lowers what its jobs may have,
/// and nobody would know why.
std::vector<std::string> lost_parts(const Hardware& before, const Hardware& now) {
  std::vector<std::string> lost;
  if (before.memory && !now.memory) {
    lost.emplace_back("its memory could not be read, and what was known before counts");
  }
  if (before.topology && !now.topology) {
    lost.emplace_back("its processors could not be read, and what was known before counts");
  }
  // Firmware and kernel take a little more or less of it at every start.
  if (before.memory && now.memory && now.memory->count < before.memory->count / 50 * 49) {
    lost.push_back(std::format("it has {} of memory now, and had {}", human(*now.memory),
                               human(*before.memory)));
  }
  if (before.topology && now.topology && now.topology->cpus() < before.topology->cpus()) {
    lost.push_back(std::format("it has {} processors now, and had {}", now.topology->cpus(),
                               before.topology->cpus()));
  }
  if (now.accelerators.size() < before.accelerators.size()) {
    lost.push_back(std::format("accelerators: {} now, {} before", now.accelerators.size(),
                               before.accelerators.size()));
  }
  return lost;
}

/// The cards alone: anybody may say this, and device files are what jobs are given.
Hardware without_drivers(Hardware hardware) {
  for (Accelerator& card : hardware.accelerators) card.driver.reset();
  return hardware;
}

}  // namespace

std::vector<Node*> Registry::recognise(const Hardware& hardware) {
  std::vector<Node*> known;
  if (const auto found = by_uuid_.find(hardware.uuid);
      !hardware.uuid.empty() && found != by_uuid_.end()) {
    known.push_back(find_id(found->second));
  }
  for (const MacAddress mac : hardware.macs) {
    const auto found = by_mac_.find(mac);
    if (found == by_mac_.end()) continue;
    Node* const owner = find_id(found->second);
    if (known.empty() || owner != known.front()) known.push_back(owner);
    if (known.size() == 2) break;
  }
  return known;
}

Result<Node*> Registry::add_unknown(const Hardware& hardware, std::int64_t now_ms) {
  const auto unknown =
      std::ranges::count_if(nodes_, [](const auto& n) { return n.second.name.empty(); });
  if (static_cast<std::size_t>(unknown) >= kMaxUnknown) TRY(forget_oldest_unknown());
  Node node{.id = os::random_hex(8), .hardware = hardware, .state = NodeState::discovered};
  node.stage = "discovery";
  std::vector<Event> events = {event(node, "discovered", machine_text(hardware), now_ms)};
  add_left_out(events, node, now_ms);
  TRY(save(node, events));
  index(node);
  return &nodes_.emplace(node.id, node).first->second;
}

/// Makes room for a machine: one that still waits comes again by itself, one that was made up does
/// not.
Status Registry::forget_oldest_unknown() {
  const auto waits_longer = [](const auto& a, const auto& b) {
    const bool a_waits = a.second.name.empty();
    const bool b_waits = b.second.name.empty();
    return a_waits != b_waits ? a_waits : a.second.seen_ms < b.second.seen_ms;
  };
  const auto oldest = std::ranges::min_element(nodes_, waits_longer);
  const auto committed =
      store_.commit({.changes = {{.kind = "node", .key = oldest->first, .value = std::nullopt}},
                     .forgotten = {oldest->first}});
  if (!committed) return std::unexpected(committed.error());
  unindex(oldest->second);
  last_refusal_ms_.erase(oldest->first);
  nodes_.erase(oldest);
  return {};
}

std::string Registry::free_name() {
  while (true) {
    std::string name =
        std::format("{}{:0{}}", settings_.name_prefix, next_number_, settings_.name_digits);
    if (!by_name_.contains(name)) return name;
    ++next_number_;
  }
}

Result<Ipv4Address> Registry::free_address() {
  next_address_ = std::max(next_address_, settings_.addresses.first.value);
  while (settings_.addresses.contains({next_address_})) {
    if (!by_address_.contains(next_address_)) return Ipv4Address{next_address_};
    ++next_address_;
  }
  return fail(std::format("all {} addresses of {} are given out", settings_.addresses.size(),
                          to_string(settings_.addresses)),
              "make nodes.addresses larger in cluster.yaml, or remove nodes");
}

Status Registry::name(Node& node, std::string name, std::int64_t now_ms) {
  TRY_ASSIGN(const Ipv4Address address, free_address());
  Node named = node;
  named.name = std::move(name);
  named.address = address;
  named.profile = settings_.default_profile;
  named.state = NodeState::adopted;
  named.reason.clear();
  TRY(save(named,
           {event(named, "adopted",
                  std::format("named {}, address {}", named.name, to_string(address)), now_ms)}));
  node = named;
  index(node);
  ++generation_;
  return {};
}

std::string Registry::busy_reason(const Node& node, Ipv4Address address,
                                  std::int64_t now_ms) const {
  const Session* const current = sessions_.of_node(node.id);
  // Only its certificate tells that a node is up: what is said without one may be anybody's words.
  // A head that has just started gives those that were ready the time to say so.
  const bool was_ready = node.state == NodeState::ready && node.proved_ms == 0;
  const std::int64_t proved_ms = was_ready ? settings_.opened_ms : node.proved_ms;
  const std::int64_t silent_ms = std::max<std::int64_t>(now_ms - proved_ms, 0);
  const std::int64_t alive_ms = node.stage == "plan" ? kLostMs : kAliveMs;
  if (proved_ms != 0 && node.state != NodeState::off && silent_ms < alive_ms) {
    return std::format("{} is up, and sent a message {} s ago; a second machine claims to be it",
                       node.name, silent_ms / 1000);
  }
  const bool elsewhere = current != nullptr && !current->redeemed && current->address != address;
  if (elsewhere && now_ms - current->seen_ms < kSessionAliveMs) {
    return std::format("{} is booting at {}; a second machine claims to be it", who(node),
                       to_string(current->address));
  }
  return {};
}

Result<Welcome> Registry::begin_boot(Node& node, const std::string& profile, Ipv4Address address,
                                     std::int64_t now_ms) {
  Sessions::Secrets secrets = sessions_.begin(node.id, address, now_ms);
  Welcome welcome{.kind = Welcome::Kind::boot,
                  .reason = {},
                  .node = {},
                  .session = std::move(secrets.session),
                  .token = std::move(secrets.token)};
  if (node.booted_profile != profile) {
    node.booted_profile = profile;
    ++generation_;
  }
  node.state = NodeState::booting;
  node.stage = "discovery";
  node.reason.clear();
  node.progress = 0;
  // A wish that a power cut brings back would be a second reboot.
  const auto durability = node.reboot ? state::Durability::full : state::Durability::relaxed;
  node.reboot.reset();
  node.drift.clear();
  node.drifts = 0;
  node.seen_ms = now_ms;
  // What its system says first of the cards counts at once; what waits is of the boot before.
  if (const auto pace = card_pace_.find(node.id); pace != card_pace_.end()) {
    if (pace->second.waits) ++generation_;
    card_pace_.erase(pace);
  }
  const std::string text = std::format("boots as '{}' at {}", profile, to_string(address));
  std::vector<Event> events = {event(node, "boot", text, now_ms)};
  add_left_out(events, node, now_ms);
  // Its session is in memory only, and its certificate is kept with all that is said here.
  TRY(save(node, events, durability));
  welcome.node = node;
  return welcome;
}

Result<Welcome> Registry::discover(const Hardware& report, Ipv4Address address, std::int64_t now_ms,
                                   const std::string& started_as) {
  const Hardware hardware = without_drivers(report);
  const std::scoped_lock lock(mutex_);
  const std::vector<Node*> known = recognise(hardware);
  if (known.size() > 1) {
    const std::string other = who(*known.back());
    return refuse(*known.front(), "claim",
                  std::format("the machine with address {} reports hardware of both {} and {}; "
                              "if a network card moved, run 'muster node remove {}'",
                              to_string(hardware.macs.front()), who(*known.front()), other, other),
                  now_ms);
  }
  if (!known.empty()) return welcome(*known.front(), hardware, address, started_as, now_ms);
  if (policy_at(now_ms) == Policy::closed) {
    return Welcome{.reason = "discovery is closed; run 'muster discover open' on the head"};
  }
  TRY_ASSIGN(Node* const node, add_unknown(hardware, now_ms));
  return welcome(*node, hardware, address, started_as, now_ms);
}

/// Tells a machine to wait, and its timeline why, once a minute.
Result<Welcome> Registry::refuse(Node& node, const std::string& kind, std::string reason,
                                 std::int64_t now_ms) {
  const auto last = last_refusal_ms_.find(node.id);
  if (last == last_refusal_ms_.end() || now_ms - last->second > 60'000) {
    last_refusal_ms_[node.id] = now_ms;
    const auto noted =
        store_.commit({.events = {event(node, kind, reason, now_ms)}}, state::Durability::relaxed);
    if (!noted) return std::unexpected(noted.error());
  }
  return Welcome{.reason = std::move(reason)};
}

std::vector<Event> Registry::take_hardware(Node& node, const Hardware& hardware,
                                           std::int64_t now_ms) {
  Hardware seen = hardware;
  // A report that could not be read whole takes no node away from the scheduler.
  if (!seen.topology) seen.topology = node.hardware.topology;
  if (!seen.memory) seen.memory = node.hardware.memory;
  // A switch speaks every half minute only: what it told the last time stands until it speaks.
  if (!seen.lldp) seen.lldp = node.hardware.lldp;
  keep_drivers(seen, node.hardware);
  std::vector<Event> events;
  for (std::string& less : lost_parts(node.hardware, hardware)) {
    events.push_back(event(node, "hardware", std::move(less), now_ms));
  }
  if (node.hardware == seen) return events;
  const bool same_cards = std::ranges::is_permutation(node.hardware.macs, hardware.macs);
  if (!node.name.empty() && !same_cards) lose_address(now_ms);
  unindex(node);
  node.hardware = std::move(seen);
  index(node);
  ++generation_;
  return events;
}

/// What a machine that is known is told.
Result<Welcome> Registry::welcome(Node& node, const Hardware& hardware, Ipv4Address address,
                                  const std::string& started_as, std::int64_t now_ms) {
  if (const std::string busy = busy_reason(node, address, now_ms); !busy.empty()) {
    return refuse(node, "claim", busy, now_ms);
  }
  hear(node, now_ms);
  const std::vector<Event> less = take_hardware(node, hardware, now_ms);
  // A machine that waits for adoption comes every few seconds, and may be anybody.
  if (!node.name.empty() && !less.empty()) TRY(save(node, less, state::Durability::relaxed));
  if (node.name.empty() && policy_at(now_ms) == Policy::open) {
    if (const Status named = name(node, free_name(), now_ms); !named) {
      node.reason = named.error().text();
      return refuse(node, "refused", node.reason, now_ms);
    }
  }
  if (node.name.empty()) {
    node.reason.clear();
    return Welcome{.reason =
                       std::format("waits for adoption; run 'muster node adopt {}' on the head",
                                   to_string(hardware.macs.front()))};
  }
  TRY(take_address(node, address, now_ms));
  return begin_boot(node, started_as.empty() ? node.profile : started_as, address, now_ms);
}

/// Where another server gives the addresses, a node has the one that it is heard from.
Status Registry::take_address(Node& node, Ipv4Address address, std::int64_t now_ms) {
  Ipv4Address wanted = node.address;
  if (addressing_ == Addressing::observed) {
    wanted = address;
  } else if (wanted.value == 0) {
    TRY_ASSIGN(wanted, free_address());
  }
  if (wanted == node.address) return {};
  std::vector<state::Change> changes;
  if (const auto found = by_address_.find(wanted.value); found != by_address_.end()) {
    // The other server gave it to this machine: whoever had it, has another when it comes again.
    Node& before = nodes_.at(found->second);
    before.address = {};
    changes.push_back({.kind = "node", .key = before.id, .value = to_json(before).dump()});
  }
  by_address_.erase(node.address.value);
  node.address = wanted;
  by_address_[wanted.value] = node.id;
  ++generation_;
  changes.push_back({.kind = "node", .key = node.id, .value = to_json(node).dump()});
  const auto committed = store_.commit(
      {.changes = changes, .events = {event(node, "address", "has " + to_string(wanted), now_ms)}});
  if (!committed) return std::unexpected(committed.error());
  return {};
}

Result<Node> Registry::heard_from(const std::string& id, Ipv4Address address, std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  Node* const node = find_id(id);
  if (node == nullptr) return fail("the node was removed meanwhile", "boot the node again");
  TRY(take_address(*node, address, now_ms));
  return *node;
}

}  // namespace muster::provisioning
