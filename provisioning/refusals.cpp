#include "provisioning/refusals.h"

namespace muster::provisioning {
namespace {

constexpr std::int64_t kBetweenNotesMs = 60'000;

}  // namespace

void Refusals::note(const Node& node, const std::string& kind, const std::string& reason, Now now) {
  const auto last = last_ms_.find(node.id);
  if (last != last_ms_.end() && now.steady_ms - last->second <= kBetweenNotesMs) return;
  last_ms_[node.id] = now.steady_ms;
  ledger_.note(event(node, kind, reason, now), Write::relaxed, now);
}

}  // namespace muster::provisioning
