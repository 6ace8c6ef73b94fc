#include "core/spec/ranges.h"

#include <algorithm>

namespace muster::spec {
namespace {

/// More machines than this are not switched on for the first time at once.
constexpr std::uint32_t kMostUnknown = 150;

/// The addresses of machines on the head's larger side.
Ipv4Range larger_side(const Ipv4Interface& head) {
  const std::uint32_t first = head.network().value + 1;
  const std::uint32_t last = head.broadcast().value - 1;
  const std::uint32_t own = head.address.value;
  const bool before = own > first && own <= last && own - first > last - own;
  return before ? Ipv4Range{{first}, {own - 1}} : Ipv4Range{{own + 1}, {last}};
}

}  // namespace

bool can_hold_cluster(const Ipv4Interface& head) { return head.prefix >= 8 && head.prefix <= 29; }

Ranges default_ranges(const Ipv4Interface& head) {
  const std::uint32_t network = head.network().value;
  if (head.prefix <= 23 && head.address.value - network < 100) {
    return {.nodes = {{network + 257}, {head.broadcast().value - 1}},
            .unknown = {{network + 100}, {network + 250}}};
  }
  const Ipv4Range side = larger_side(head);
  const std::uint32_t count = side.last.value - side.first.value + 1;
  if (count < 2) return {.nodes = side, .unknown = side};
  const std::uint32_t unknown = std::clamp(count / 4, 1U, kMostUnknown);
  return {.nodes = {side.first, {side.last.value - unknown}},
          .unknown = {{side.last.value - unknown + 1}, side.last}};
}

}  // namespace muster::spec
