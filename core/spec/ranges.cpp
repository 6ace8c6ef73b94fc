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

bool have_common(const Ipv4Range& a, const Ipv4Range& b) {
  return a.first <= b.last && b.first <= a.last;
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

std::optional<Ipv4Range> largest_gap(const Ipv4Interface& head, const Ipv4Range& taken) {
  struct Stretch {
    std::uint64_t first;
    std::uint64_t last;
    std::uint64_t size() const { return last < first ? 0 : last - first + 1; }
  };
  const std::uint64_t own = head.address.value;
  const std::uint64_t first = std::uint64_t{head.network().value} + 1;
  const std::uint64_t last = std::uint64_t{head.broadcast().value} - 1;
  Stretch best = {1, 0};
  // Between the ends of the network, the head and the range that is taken, in any order.
  for (const std::uint64_t start : {first, own + 1, std::uint64_t{taken.last.value} + 1}) {
    if (start < first || start == own || taken.contains({static_cast<std::uint32_t>(start)}))
      continue;
    std::uint64_t end = last;
    if (own > start) end = std::min(end, own - 1);
    if (taken.first.value > start) end = std::min(end, std::uint64_t{taken.first.value} - 1);
    if (const Stretch found = {start, end}; found.size() > best.size()) best = found;
  }
  if (best.size() == 0) return std::nullopt;
  return Ipv4Range{{static_cast<std::uint32_t>(best.first)},
                   {static_cast<std::uint32_t>(best.last)}};
}

Ranges complete_ranges(const Ipv4Interface& head, const WrittenRanges& written) {
  Ranges ranges = default_ranges(head);
  if (written.nodes) ranges.nodes = *written.nodes;
  if (written.unknown) ranges.unknown = *written.unknown;
  if (!have_common(ranges.nodes, ranges.unknown)) return ranges;
  if (written.nodes && !written.unknown) {
    auto gap = largest_gap(head, *written.nodes).value_or(ranges.unknown);
    if (gap.size() > kMostUnknown) gap.first.value = gap.last.value - kMostUnknown + 1;
    ranges.unknown = gap;
  } else if (written.unknown && !written.nodes) {
    ranges.nodes = largest_gap(head, *written.unknown).value_or(ranges.nodes);
  }
  return ranges;
}

}  // namespace muster::spec
