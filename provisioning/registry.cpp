#include "provisioning/registry.h"

#include <algorithm>
#include <format>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/os/hash.h"

namespace muster::provisioning {
namespace {

using state::Event;

/// A running node speaks every 10 s; after this silence it is not believed to be alive.
constexpr std::int64_t kAliveMs = 30'000;
/// A machine in stage one that has not spoken for this long no longer blocks another claim.
constexpr std::int64_t kSessionAliveMs = 45'000;
/// A running node is called lost after this silence.
constexpr std::int64_t kLostMs = 60'000;
/// A machine that boots or takes over a plan is called stuck after this silence: while it fetches
/// its image, and otherwise.
constexpr std::int64_t kImageSilenceMs = 45'000;
constexpr std::int64_t kBootSilenceMs = 300'000;
constexpr std::int64_t kTokenMs = 30 * 60'000;
/// The DHCP server starts anew for a lost address, at most this often: a machine that reports other
/// cards all the time must not keep it from serving.
constexpr std::int64_t kBetweenLossesMs = 3'000;
/// Machines that nobody adopted; more than this is a flood, not a delivery.
constexpr std::size_t kMaxUnknown = 4096;

Event event(const Node& node, std::string kind, std::string text, std::int64_t now_ms) {
  return {.time_ms = now_ms, .subject = node.id, .kind = std::move(kind), .text = std::move(text)};
}

/// A stage that was reached; or what failed in it, behind what stood on the console.
std::vector<Event> stage_events(const Node& node, const std::string& stage,
                                const std::string& failure, const std::vector<std::string>& console,
                                std::int64_t now_ms) {
  if (failure.empty()) return {event(node, "stage", stage, now_ms)};
  std::vector<Event> events;
  for (const std::string& line : console) events.push_back(event(node, "console", line, now_ms));
  events.push_back(event(node, "failed", stage + ": " + failure, now_ms));
  return events;
}

/// A running node that takes over another plan goes on with its jobs: it stays ready.
NodeState state_after(const NodeReport& report, NodeState before) {
  if (!report.failure.empty()) return NodeState::failed;
  if (report.stage == "ready") return NodeState::ready;
  if (report.stage == "stopping") return NodeState::off;
  const bool goes_on = report.stage == "plan" && before == NodeState::ready;
  return goes_on ? NodeState::ready : NodeState::booting;
}

std::string who(const Node& node) {
  return node.name.empty() ? to_string(node.hardware.macs.front()) : node.name;
}

}  // namespace

Result<std::unique_ptr<Registry>> Registry::open(state::Store& store, RegistrySettings settings) {
  std::unique_ptr<Registry> registry(new Registry(store, std::move(settings)));
  TRY_ASSIGN(const std::vector<state::Document> documents, store.list("node"));
  for (const state::Document& document : documents) {
    auto node = parse_node(document.value);
    if (!node) return wrap(std::format("node '{}'", document.key), std::move(node).error());
    // The head's clock may have been ahead when this was written.
    node->seen_ms = std::min(node->seen_ms, registry->settings_.opened_ms);
    registry->index(*node);
    registry->nodes_.emplace(node->id, std::move(*node));
  }
  return registry;
}

void Registry::index(const Node& node) {
  if (!node.name.empty()) by_name_[node.name] = node.id;
  if (!node.hardware.uuid.empty()) by_uuid_[node.hardware.uuid] = node.id;
  for (const MacAddress mac : node.hardware.macs) by_mac_[mac] = node.id;
  if (node.address.value != 0) by_address_[node.address.value] = node.id;
}

void Registry::unindex(const Node& node) {
  by_name_.erase(node.name);
  by_uuid_.erase(node.hardware.uuid);
  for (const MacAddress mac : node.hardware.macs) by_mac_.erase(mac);
  by_address_.erase(node.address.value);
}

Status Registry::save(const Node& node, const std::vector<Event>& events) {
  const auto committed =
      store_.commit({{.kind = "node", .key = node.id, .value = to_json(node).dump()}}, events);
  if (!committed) return std::unexpected(committed.error());
  return {};
}

Policy Registry::policy_at(std::int64_t now_ms) const {
  const bool over = policy_until_ms_ != 0 && now_ms >= policy_until_ms_;
  return policy_ == Policy::open && over ? Policy::ask : policy_;
}

void Registry::set_policy(Policy policy, std::int64_t until_ms) {
  const std::scoped_lock lock(mutex_);
  policy_ = policy;
  policy_until_ms_ = until_ms;
}

Policy Registry::policy(std::int64_t now_ms) const {
  const std::scoped_lock lock(mutex_);
  return policy_at(now_ms);
}

Node* Registry::find_id(const std::string& id) {
  const auto found = nodes_.find(id);
  return found == nodes_.end() ? nullptr : &found->second;
}

Result<Node*> Registry::recognise(const Hardware& hardware) {
  Node* known = nullptr;
  if (const auto found = by_uuid_.find(hardware.uuid);
      !hardware.uuid.empty() && found != by_uuid_.end()) {
    known = find_id(found->second);
  }
  for (const MacAddress mac : hardware.macs) {
    const auto found = by_mac_.find(mac);
    if (found == by_mac_.end()) continue;
    Node* const owner = find_id(found->second);
    if (known == nullptr) known = owner;
    if (owner != known) {
      return fail(std::format("the machine with address {} reports what belongs to both {} and {}",
                              to_string(mac), who(*known), who(*owner)),
                  std::format("if a network card moved, run 'muster node remove {}'", who(*owner)));
    }
  }
  return known;
}

Result<Node*> Registry::add_unknown(const Hardware& hardware, std::int64_t now_ms) {
  const auto unknown =
      std::ranges::count_if(nodes_, [](const auto& n) { return n.second.name.empty(); });
  if (static_cast<std::size_t>(unknown) >= kMaxUnknown) TRY(forget_oldest_unknown(now_ms));
  Node node{.id = os::random_hex(8), .hardware = hardware, .state = NodeState::discovered};
  node.stage = "discovery";
  TRY(save(node, {event(node, "discovered",
                        std::format("{} {} {}, {} CPUs, {}", to_string(hardware.macs.front()),
                                    hardware.vendor, hardware.product, hardware.cpus(),
                                    human(hardware.memory)),
                        now_ms)}));
  index(node);
  return &nodes_.emplace(node.id, node).first->second;
}

/// Makes room for a machine: one that still waits comes again by itself, one that was made up does
/// not.
Status Registry::forget_oldest_unknown(std::int64_t now_ms) {
  const auto waits_longer = [](const auto& a, const auto& b) {
    const bool a_waits = a.second.name.empty();
    const bool b_waits = b.second.name.empty();
    return a_waits != b_waits ? a_waits : a.second.seen_ms < b.second.seen_ms;
  };
  const auto oldest = std::ranges::min_element(nodes_, waits_longer);
  const auto committed = store_.commit(
      {{.kind = "node", .key = oldest->first, .value = std::nullopt}},
      {event(oldest->second, "removed", "too many machines wait for adoption", now_ms)});
  if (!committed) return std::unexpected(committed.error());
  unindex(oldest->second);
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

Status Registry::name(Node& node, std::int64_t now_ms) {
  TRY_ASSIGN(const Ipv4Address address, free_address());
  Node named = node;
  named.name = free_name();
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
  const Session* current = nullptr;
  for (const auto& [secret, session] : sessions_) {
    if (session.node_id == node.id) current = &session;
  }
  // Only its certificate tells that a node is up: what is said without one may be anybody's words.
  // A head that has just started gives those that were ready the time to say so.
  const bool was_ready = node.state == NodeState::ready && node.proved_ms == 0;
  const std::int64_t proved_ms = was_ready ? settings_.opened_ms : node.proved_ms;
  const std::int64_t silent_ms = std::max<std::int64_t>(now_ms - proved_ms, 0);
  const std::int64_t alive_ms = node.stage == "plan" ? kLostMs : kAliveMs;
  if (proved_ms != 0 && node.state != NodeState::off && silent_ms < alive_ms) {
    return std::format("{} is up and was heard {} s ago; a second machine claims to be it",
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
  std::erase_if(sessions_, [&](const auto& entry) { return entry.second.node_id == node.id; });
  Welcome welcome{.kind = Welcome::Kind::boot,
                  .reason = {},
                  .node = {},
                  .session = os::random_hex(16),
                  .token = os::random_hex(32)};
  sessions_[welcome.session] = {.node_id = node.id,
                                .token_hash = os::sha256(welcome.token),
                                .made_ms = now_ms,
                                .seen_ms = now_ms,
                                .address = address};
  if (node.booted_profile != profile) {
    node.booted_profile = profile;
    ++generation_;
  }
  node.state = NodeState::booting;
  node.stage = "discovery";
  node.reason.clear();
  node.progress = 0;
  node.seen_ms = now_ms;
  const std::string text = std::format("boots as '{}' at {}", profile, to_string(address));
  TRY(save(node, {event(node, "boot", text, now_ms)}));
  welcome.node = node;
  return welcome;
}

Result<Welcome> Registry::discover(const Hardware& hardware, Ipv4Address address,
                                   std::int64_t now_ms, const std::string& started_as) {
  const std::scoped_lock lock(mutex_);
  TRY_ASSIGN(Node * node, recognise(hardware));
  if (node == nullptr) {
    if (policy_at(now_ms) == Policy::closed) {
      return Welcome{.reason = "discovery is closed; run 'muster discover open' on the head"};
    }
    TRY_ASSIGN(node, add_unknown(hardware, now_ms));
  }
  if (const std::string busy = busy_reason(*node, address, now_ms); !busy.empty()) {
    if (now_ms - last_claim_ms_[node->id] > 60'000) {
      last_claim_ms_[node->id] = now_ms;
      const auto noted = store_.commit({}, {event(*node, "claim", busy, now_ms)});
      if (!noted) return std::unexpected(noted.error());
    }
    return Welcome{.reason = busy};
  }
  node->seen_ms = now_ms;
  Hardware seen = hardware;
  // A switch speaks every half minute only: what it told the last time stands until it speaks.
  if (!seen.lldp) seen.lldp = node->hardware.lldp;
  if (node->hardware != seen) {
    const bool same_cards = std::ranges::is_permutation(node->hardware.macs, hardware.macs);
    if (!node->name.empty() && !same_cards) lose_address(now_ms);
    unindex(*node);
    node->hardware = std::move(seen);
    index(*node);
    ++generation_;
  }
  if (node->name.empty() && policy_at(now_ms) == Policy::open) TRY(name(*node, now_ms));
  if (node->name.empty()) {
    return Welcome{.reason =
                       std::format("waits for adoption; run 'muster node adopt {}' on the head",
                                   to_string(hardware.macs.front()))};
  }
  return begin_boot(*node, started_as.empty() ? node->profile : started_as, address, now_ms);
}

Status Registry::stage(const std::string& session_secret, const StageReport& report,
                       std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  const auto found = sessions_.find(session_secret);
  Node* const node = found == sessions_.end() ? nullptr : find_id(found->second.node_id);
  if (node == nullptr || found->second.over) {
    return fail("the session is unknown or over", "discover again");
  }
  found->second.seen_ms = now_ms;
  node->seen_ms = now_ms;
  node->progress = std::clamp(report.progress, 0, 100);
  const bool moved = node->stage != report.stage || node->reason != report.failure;
  node->stage = report.stage;
  node->reason = report.failure;
  node->state = report.failure.empty() ? NodeState::booting : NodeState::failed;
  if (!moved) return {};
  return save(*node, stage_events(*node, report.stage, report.failure, report.console, now_ms));
}

Result<Node> Registry::redeem(const std::string& token, std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  const std::string hash = os::sha256(token);
  const auto found = std::ranges::find_if(
      sessions_, [&](const auto& entry) { return entry.second.token_hash == hash; });
  Node* const node = found == sessions_.end() ? nullptr : find_id(found->second.node_id);
  if (node == nullptr) return fail("the token is unknown", "boot the node again");
  if (found->second.redeemed) {
    TRY(save(*node, {event(*node, "alarm", "its enrolment token was used a second time", now_ms)}));
    return fail("the token was used already",
                "boot the node again, and look for a stranger on the wire");
  }
  if (now_ms - found->second.made_ms > kTokenMs) {
    return fail("the token is too old", "boot the node again");
  }
  found->second.redeemed = true;
  return *node;
}

Status Registry::set_certificate(const std::string& id, const std::string& serial,
                                 std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  Node* const node = find_id(id);
  if (node == nullptr) return fail("the node was removed meanwhile");
  node->certificate_serial = serial;
  node->offered_serial.clear();
  node->seen_ms = now_ms;
  node->proved_ms = now_ms;
  for (auto& [secret, session] : sessions_) {
    session.over = session.over || session.node_id == id;
  }
  return save(*node, {event(*node, "enrolled", "certificate " + serial.substr(0, 16), now_ms)});
}

Status Registry::offer_certificate(const std::string& id, const std::string& used,
                                   const std::string& serial, std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  Node* const node = find_id(id);
  if (node == nullptr) return fail("the node was removed meanwhile");
  if (node->certificate_serial != used) return fail("the certificate was replaced meanwhile");
  node->offered_serial = serial;
  node->seen_ms = now_ms;
  return save(*node, {event(*node, "renewed", "certificate " + serial.substr(0, 16), now_ms)});
}

Result<Node> Registry::authenticate(const std::string& id, const std::string& serial) {
  const std::scoped_lock lock(mutex_);
  Node* const node = find_id(id);
  if (node == nullptr) return fail("no node has this certificate", "boot the node again");
  if (serial.empty() || (serial != node->certificate_serial && serial != node->offered_serial)) {
    return fail("the certificate was replaced by a newer one", "boot the node again");
  }
  if (serial == node->offered_serial) {
    Node renewed = *node;
    renewed.certificate_serial = std::exchange(renewed.offered_serial, "");
    TRY(save(renewed, {}));
    *node = std::move(renewed);
  }
  return *node;
}

Status Registry::report(const std::string& id, const NodeReport& report, std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  Node* const node = find_id(id);
  if (node == nullptr) return fail("the node was removed meanwhile");
  const Node before = *node;
  node->seen_ms = now_ms;
  node->proved_ms = now_ms;
  node->stage = report.stage;
  node->reason = report.failure;
  node->generation = report.generation;
  if (report.neighbour) node->hardware.lldp = report.neighbour;
  node->state = state_after(report, before.state);
  const bool now_ready = node->state == NodeState::ready && before.state != NodeState::ready;
  if (now_ready) {
    node->ready_ms = now_ms;
    ++generation_;
  }
  const bool same = node->stage == before.stage && node->reason == before.reason &&
                    node->generation == before.generation && node->state == before.state;
  if (!same) {
    return save(*node, stage_events(*node, report.stage, report.failure, report.console, now_ms));
  }
  return node->hardware == before.hardware ? Status() : save(*node, {});
}

Status Registry::heartbeat(const std::string& id, std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  Node* const node = find_id(id);
  if (node == nullptr) return fail("the node was removed meanwhile");
  node->seen_ms = now_ms;
  node->proved_ms = now_ms;
  if (node->state != NodeState::failed || node->stage != "lost") return {};
  node->state = NodeState::ready;
  node->stage = "ready";
  node->reason.clear();
  return save(*node, {event(*node, "stage", "heard again", now_ms)});
}

void Registry::lose_address(std::int64_t now_ms) {
  if (now_ms - address_lost_ms_ < kBetweenLossesMs) {
    address_loss_waits_ = true;
    return;
  }
  address_loss_waits_ = false;
  address_lost_ms_ = now_ms;
  ++generation_;
}

std::int64_t Registry::silence_ms(const Node& node, std::int64_t now_ms) const {
  return now_ms - std::max(node.seen_ms, settings_.opened_ms);
}

/// Marks a node that should have spoken; what is to be noted of it.
std::optional<std::string> Registry::miss(Node& node, std::int64_t now_ms) const {
  // The head's clock was set back: from now on it counts anew.
  node.seen_ms = std::min(node.seen_ms, now_ms);
  node.proved_ms = std::min(node.proved_ms, now_ms);
  const std::int64_t silent_ms = silence_ms(node, now_ms);
  // The agent speaks seldom while it makes a plan true.
  const std::int64_t quiet_ms = node.stage == "plan" ? kBootSilenceMs : kLostMs;
  const bool lost = node.state == NodeState::ready && silent_ms >= quiet_ms;
  // A machine that fetches its image speaks at every few per cent; other stages may take long.
  const std::int64_t patience = node.stage == "image" ? kImageSilenceMs : kBootSilenceMs;
  const bool stuck = node.state == NodeState::booting && silent_ms >= patience;
  if (!lost && !stuck) return std::nullopt;
  if (lost) node.stage = "lost";
  node.state = NodeState::failed;
  node.reason =
      std::format("not heard for {} s; is it switched on and its cable in?", silent_ms / 1000);
  return node.stage + ": " + node.reason;
}

Status Registry::tick(std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  if (address_loss_waits_) lose_address(now_ms);
  // A rack that loses its power is one change of the store, not forty.
  std::vector<state::Change> changes;
  std::vector<Event> events;
  for (auto& [id, node] : nodes_) {
    auto missed = miss(node, now_ms);
    if (!missed) continue;
    changes.push_back({.kind = "node", .key = id, .value = to_json(node).dump()});
    events.push_back(event(node, "failed", std::move(*missed), now_ms));
  }
  if (changes.empty()) return {};
  const auto committed = store_.commit(changes, events);
  if (!committed) return std::unexpected(committed.error());
  return {};
}

}  // namespace muster::provisioning
