// The part of the registry that hears of accelerators: what a running node says of its cards, and
// how often the scheduler's configuration follows.

#include <algorithm>
#include <format>

#include "provisioning/registry.h"
#include "provisioning/registry_detail.h"

namespace muster::provisioning {

using state::Event;

namespace {

/// "2 of 4 accelerators can be given to jobs; 1 more left out".
std::string accelerators_text(const Hardware& hardware) {
  const auto usable = std::ranges::count_if(hardware.accelerators, [](const Accelerator& card) {
    return device_for_jobs(card).has_value();
  });
  std::string text = std::format("{} of {} accelerators can be given to jobs", usable,
                                 hardware.accelerators.size());
  const std::uint32_t left_out = hardware.left_out.accelerators;
  return left_out == 0 ? text : text + std::format("; {} more left out", left_out);
}

}  // namespace

std::vector<Event> Registry::take_cards(Node& node, const NodeReport& report, std::int64_t now_ms) {
  Hardware& hardware = node.hardware;
  const bool same =
      !report.accelerators || (*report.accelerators == hardware.accelerators &&
                               report.accelerators_left_out == hardware.left_out.accelerators);
  if (same) return {};
  hardware.accelerators = *report.accelerators;
  hardware.left_out.accelerators = report.accelerators_left_out;
  CardPace& pace = card_pace_[node.id];
  pace.waits = true;
  pass_on(pace, now_ms);
  return {event(node, "hardware", accelerators_text(hardware), now_ms)};
}

void Registry::pass_on(CardPace& pace, std::int64_t now_ms) {
  const std::int64_t since_ms = pace.passed_on_ms ? now_ms - *pace.passed_on_ms : kBetweenCardsMs;
  // Below zero the head's clock was set back.
  if (!pace.waits || (since_ms >= 0 && since_ms < kBetweenCardsMs)) return;
  pace = {.passed_on_ms = now_ms, .waits = false};
  ++generation_;
}

}  // namespace muster::provisioning
