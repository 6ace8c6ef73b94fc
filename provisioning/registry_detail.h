#pragma once
// What the registry's files share: its patience, and how it tells what happened. For them only.

#include <cstdint>
#include <string>

#include "core/base/units.h"
#include "core/state/store.h"
#include "provisioning/node.h"

namespace muster::provisioning {

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
/// A node that was asked to reboot speaks within ten seconds, or within minutes while it takes over
/// a plan. A wish that is older than this came to nothing: nobody expects the reboot any more.
constexpr std::int64_t kRebootWishMs = 300'000;
constexpr std::int64_t kTokenMs = 30 * 60'000;
/// The DHCP server starts anew for a lost address, at most this often: a machine that reports other
/// cards all the time must not keep it from serving.
constexpr std::int64_t kBetweenLossesMs = 3'000;

/// Between two changes of one node's accelerators in the scheduler's configuration.
constexpr std::int64_t kBetweenCardsMs = 60'000;
/// Machines that nobody adopted; more than this is a flood, not a delivery.
constexpr std::size_t kMaxUnknown = 4096;

inline state::Event event(const Node& node, std::string kind, std::string text,
                          std::int64_t now_ms) {
  return {.time_ms = now_ms, .subject = node.id, .kind = std::move(kind), .text = std::move(text)};
}

inline std::string who(const Node& node) {
  return node.name.empty() ? to_string(node.hardware.macs.front()) : node.name;
}

}  // namespace muster::provisioning
