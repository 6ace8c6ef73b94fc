#include "hpc/node_return_service.h"

namespace muster::hpc {
namespace {

/// The head collects changes before it applies them, and slurmctld and slurmd read them one after
/// the other.
constexpr auto kAskOften = std::chrono::minutes(3);

/// While slurmctld has a reason that passes, such as a job that still uses a card.
constexpr auto kAskSoon = std::chrono::minutes(1);

/// Otherwise. The head may take longer than it should, and then nobody else would ask.
constexpr auto kAskSeldom = std::chrono::minutes(15);

}  // namespace

Status NodeReturnService::tick(const task::Tick& tick) {
  if (tick.has_other_cards) asks_until_ = tick.now + kAskOften;
  if (tick.now >= asks_until_ && tick.now < next_ask_) return last_;
  const Result<bool> waits = ask_();
  next_ask_ = tick.now + (waits.value_or(true) ? kAskSoon : kAskSeldom + some_minutes_());
  last_ = waits ? Status() : std::unexpected(waits.error());
  return last_;
}

}  // namespace muster::hpc
