#include "provisioning/registry.h"

#include <algorithm>
#include <format>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/os/hash.h"
#include "provisioning/registry_detail.h"

namespace muster::provisioning {
namespace {

using state::Event;

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

/// What was no longer as its plan says, and was put right.
std::vector<Event> note_drift(Node& node, const NodeReport& report, std::int64_t now_ms) {
  std::vector<Event> events;
  for (const std::string& what : report.drift) {
    node.drift = what;
    node.drifts = std::min(node.drifts + 1, 1'000'000);
    events.push_back(event(node, "drift", "put right: " + what, now_ms));
  }
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

Status Registry::save(const Node& node, const std::vector<Event>& events,
                      state::Durability durability) {
  const auto committed =
      store_.commit({.changes = {{.kind = "node", .key = node.id, .value = to_json(node).dump()}},
                     .events = events},
                    durability);
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

void Registry::set_addressing(Addressing addressing) {
  const std::scoped_lock lock(mutex_);
  addressing_ = addressing;
}

void Registry::clock_moved(std::int64_t by_ms) {
  const std::scoped_lock lock(mutex_);
  const auto move = [by_ms](std::int64_t& time_ms) {
    if (time_ms != 0) time_ms += by_ms;
  };
  move(settings_.opened_ms);
  for (auto& [id, node] : nodes_) {
    move(node.seen_ms);
    move(node.proved_ms);
    if (node.reboot) move(node.reboot->asked_ms);
  }
  sessions_.clock_moved(by_ms);
  for (auto& [id, time_ms] : last_refusal_ms_) move(time_ms);
  for (auto& [id, pace] : card_pace_) {
    if (pace.passed_on_ms) *pace.passed_on_ms += by_ms;
  }
}

Policy Registry::policy(std::int64_t now_ms) const {
  const std::scoped_lock lock(mutex_);
  return policy_at(now_ms);
}

Node* Registry::find_id(const std::string& id) {
  const auto found = nodes_.find(id);
  return found == nodes_.end() ? nullptr : &found->second;
}

std::string Registry::id_of(std::string_view name) const {
  if (const auto found = by_name_.find(name); found != by_name_.end()) return found->second;
  if (nodes_.contains(std::string(name))) return std::string(name);
  const auto mac = parse_mac(name);
  const auto found = mac ? by_mac_.find(*mac) : by_mac_.end();
  return found == by_mac_.end() ? std::string() : found->second;
}

Status Registry::stage(const std::string& session_secret, const StageReport& report,
                       std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  Session* const session = sessions_.find(session_secret);
  Node* const node = session == nullptr ? nullptr : find_id(session->node_id);
  if (node == nullptr || session->over) {
    return fail("the session is unknown or over", "discover again");
  }
  session->seen_ms = now_ms;
  node->seen_ms = now_ms;
  node->progress = std::clamp(report.progress, 0, 100);
  const bool moved = node->stage != report.stage || node->reason != report.failure;
  node->stage = report.stage;
  node->reason = report.failure;
  node->state = report.failure.empty() ? NodeState::booting : NodeState::failed;
  if (!moved) return {};
  return save(*node, stage_events(*node, report.stage, report.failure, report.console, now_ms),
              state::Durability::relaxed);
}

Result<Node> Registry::redeem(const std::string& token, std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  Session* const session = sessions_.find_by_token(token);
  Node* const node = session == nullptr ? nullptr : find_id(session->node_id);
  if (node == nullptr) return fail("the token is unknown", "boot the node again");
  if (session->redeemed) {
    TRY(save(*node, {event(*node, "alarm", "its enrolment token was used a second time", now_ms)}));
    return fail("the token was used already",
                "boot the node again, and look for a stranger in the cluster's network");
  }
  if (now_ms - session->made_ms > kTokenMs) {
    return fail("the token is too old", "boot the node again");
  }
  session->redeemed = true;
  return *node;
}

Status Registry::set_certificate(const std::string& id, const Credentials& given,
                                 std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  Node* const node = find_id(id);
  if (node == nullptr) return fail("the node was removed meanwhile");
  node->certificate_serial = given.serial;
  node->ssh_certificate = given.ssh_certificate;
  node->offered_serial.clear();
  node->seen_ms = now_ms;
  node->proved_ms = now_ms;
  if (Session* const session = sessions_.of_node(id); session != nullptr) session->over = true;
  const std::string text = "certificate " + given.serial.substr(0, 16);
  return save(*node, {event(*node, "enrolled", text, now_ms)});
}

Status Registry::offer_certificate(const std::string& id, const std::string& used,
                                   const Credentials& given, std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  Node* const node = find_id(id);
  if (node == nullptr) return fail("the node was removed meanwhile");
  if (node->certificate_serial != used) return fail("the certificate was replaced meanwhile");
  node->offered_serial = given.serial;
  // It takes over with the plan, and the old one is as good until then.
  if (!given.ssh_certificate.empty()) node->ssh_certificate = given.ssh_certificate;
  hear(*node, now_ms);
  const std::string text = "certificate " + given.serial.substr(0, 16);
  return save(*node, {event(*node, "renewed", text, now_ms)});
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
  hear(*node, now_ms);
  node->proved_ms = now_ms;
  std::vector<Event> events = take_cards(*node, report, now_ms);
  // A plan that failed is tried again: the reason stands until it is known what came of it, and its
  // timeline is not filled with every try.
  if (before.state == NodeState::failed && before.stage == "plan" && report.stage == "plan" &&
      report.failure.empty()) {
    return events.empty() ? Status() : save(*node, events);
  }
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
  const std::vector<Event> drift = note_drift(*node, report, now_ms);
  const bool same = node->stage == before.stage && node->reason == before.reason &&
                    node->generation == before.generation && node->state == before.state;
  if (!same) {
    // What a node says once is kept; what led to it may be forgotten with a power cut.
    const bool once = report.stage == "ready" || report.stage == "stopping";
    const auto durability = once ? state::Durability::full : state::Durability::relaxed;
    std::ranges::move(stage_events(*node, report.stage, report.failure, report.console, now_ms),
                      std::back_inserter(events));
    std::ranges::copy(drift, std::back_inserter(events));
    return save(*node, events, durability);
  }
  if (!drift.empty()) {
    std::ranges::copy(drift, std::back_inserter(events));
    return save(*node, events, state::Durability::relaxed);
  }
  const bool is_kept = node->hardware == before.hardware && node->returned_ms == before.returned_ms;
  return is_kept ? Status() : save(*node, events);
}

Result<Node> Registry::heartbeat(const std::string& id, std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  Node* const node = find_id(id);
  if (node == nullptr) return fail("the node was removed meanwhile");
  const std::int64_t returned_ms = node->returned_ms;
  hear(*node, now_ms);
  node->proved_ms = now_ms;
  if (node->state != NodeState::failed || node->stage != "lost") {
    if (node->returned_ms != returned_ms) TRY(save(*node, {}, state::Durability::relaxed));
    return *node;
  }
  node->state = NodeState::ready;
  node->stage = "ready";
  node->reason.clear();
  TRY(save(*node, {event(*node, "stage", "heard again", now_ms)}, state::Durability::relaxed));
  return *node;
}

void Registry::lose_address(std::int64_t now_ms) {
  const std::int64_t since_ms = now_ms - address_lost_ms_;
  // Below zero the head's clock was set back.
  if (since_ms >= 0 && since_ms < kBetweenLossesMs) {
    address_loss_waits_ = true;
    return;
  }
  address_loss_waits_ = false;
  address_lost_ms_ = now_ms;
  ++generation_;
}

/// The scheduler may have given up a node that was silent for so long. One that boots was not there
/// yet.
void Registry::hear(Node& node, std::int64_t now_ms) const {
  const bool was_there = node.state != NodeState::booting;
  // The daemon may have started anew since, and counts the silence from then.
  const bool was_lost = node.state == NodeState::failed && node.stage == "lost";
  if (was_lost || (was_there && silence_ms(node, now_ms) >= kLostMs)) node.returned_ms = now_ms;
  node.seen_ms = now_ms;
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
      std::format("no message for {} s; is it on, and is its cable in?", silent_ms / 1000);
  return node.stage + ": " + node.reason;
}

Status Registry::tick(std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  if (address_loss_waits_) lose_address(now_ms);
  for (auto& [id, pace] : card_pace_) pass_on(pace, now_ms);
  // A rack that loses its power is one change of the store, not forty.
  std::vector<state::Change> changes;
  std::vector<Event> events;
  for (auto& [id, node] : nodes_) {
    auto missed = miss(node, now_ms);
    auto given_up = give_up_reboot(node, now_ms);
    if (!missed && !given_up) continue;
    changes.push_back({.kind = "node", .key = id, .value = to_json(node).dump()});
    if (missed) events.push_back(event(node, "failed", std::move(*missed), now_ms));
    if (given_up) events.push_back(event(node, "reboot", std::move(*given_up), now_ms));
  }
  if (changes.empty()) return {};
  const auto committed =
      store_.commit({.changes = changes, .events = events}, state::Durability::relaxed);
  if (!committed) return std::unexpected(committed.error());
  return {};
}

}  // namespace muster::provisioning
