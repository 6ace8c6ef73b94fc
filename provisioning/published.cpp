#include "provisioning/published.h"

#include <algorithm>

namespace muster::provisioning {
namespace {

bool is_named(const std::shared_ptr<const Node>& node) { return node && !node->name.empty(); }

/// What Slurm takes of a node, but for its accelerators.
bool is_alike_to_slurm(const Node& a, const Node& b) {
  return a.profile == b.profile && a.booted_profile == b.booted_profile &&
         a.hardware.topology == b.hardware.topology && a.hardware.memory == b.hardware.memory;
}

/// All that DHCP, names and Slurm take of a node, but for its accelerators. Slurm knows only nodes
/// that enrolled.
bool is_alike(const Node& a, const Node& b) {
  return a.name == b.name && a.address == b.address && a.claimed_mac == b.claimed_mac &&
         a.hardware.macs == b.hardware.macs && a.has_enrolled() == b.has_enrolled() &&
         (!a.has_enrolled() || is_alike_to_slurm(a, b));
}

/// Whether the node has another certificate, and not one that it was offered.
bool has_enrolled_anew(const Node& before, const Node& after) {
  return before.certificate_serial != after.certificate_serial &&
         before.offered_serial != after.certificate_serial;
}

/// Whether the DHCP server may know the node by what is not its own any more.
bool has_lost(const Node& before, const Node* after) {
  if (before.address.value == 0) return false;
  if (after == nullptr || after->address != before.address) return true;
  const bool claim_ended = before.claimed_mac && before.claimed_mac != after->claimed_mac &&
                           !std::ranges::contains(after->hardware.macs, *before.claimed_mac);
  if (claim_ended) return true;
  return !std::ranges::all_of(before.hardware.macs, [&](MacAddress mac) {
    return std::ranges::contains(after->hardware.macs, mac);
  });
}

}  // namespace

void Published::show(const std::string& id, const std::shared_ptr<const Node>& node, Now now) {
  const std::shared_ptr<const Node> before = find(id);
  index(before.get(), node.get());
  if (node) {
    nodes_[id] = node;
  } else {
    nodes_.erase(id);
    card_pace_.erase(id);
  }
  if (is_named(before) && has_lost(*before, node.get())) lose_address(now);
  if (!is_named(before) && !is_named(node)) return;
  if (!is_named(before) || !is_named(node)) {
    ++generation_;
    return;
  }
  if (has_enrolled_anew(*before, *node)) forget_cards(id);
  if (!is_alike(*before, *node)) ++generation_;
  if (!node->has_enrolled()) return;
  if (before->hardware.accelerators == node->hardware.accelerators) return;
  CardPace& pace = card_pace_[id];
  pace.waits = true;
  pass_on(pace, now);
}

void Published::index(const Node* before, const Node* after) {
  if (before != nullptr && after != nullptr) return directory_.change(*before, *after);
  if (before != nullptr) directory_.drop(*before);
  if (after != nullptr) directory_.add(*after);
}

/// What its system says first of the cards counts at once; what waits is of the boot before.
void Published::forget_cards(const std::string& id) {
  const auto pace = card_pace_.find(id);
  if (pace == card_pace_.end()) return;
  if (pace->second.waits) ++generation_;
  card_pace_.erase(pace);
}

void Published::pass_on(CardPace& pace, Now now) {
  if (!pace.waits) return;
  if (pace.passed_on_ms && now.steady_ms - *pace.passed_on_ms < kBetweenCardsMs) return;
  pace = {.passed_on_ms = now.steady_ms, .waits = false};
  ++generation_;
}

void Published::lose_address(Now now) {
  if (last_loss_ms_ && now.steady_ms - *last_loss_ms_ < kBetweenLossesMs) {
    address_loss_waits_ = true;
    return;
  }
  address_loss_waits_ = false;
  last_loss_ms_ = now.steady_ms;
  address_lost_ms_ = now.wall_ms;
  ++generation_;
}

void Published::pass_time(Now now) {
  if (address_loss_waits_) lose_address(now);
  for (auto& [id, pace] : card_pace_) pass_on(pace, now);
}

std::shared_ptr<const Node> Published::find(const std::string& id) const {
  const auto found = nodes_.find(id);
  return found == nodes_.end() ? nullptr : found->second;
}

}  // namespace muster::provisioning
