#include "control/apply_pace.h"

namespace muster::control {
namespace {

/// A burst is over after this pause.
constexpr std::int64_t kPauseMs = 3'000;
/// No node waits longer. A machine needs more than this from its discovery to its first job.
constexpr std::int64_t kLongestMs = 15'000;

}  // namespace

void ApplyPace::changed(Cause cause, std::int64_t now_ms) {
  decided_ = decided_ || cause == Cause::decision;
  last_ms_ = now_ms;
  if (!first_ms_) first_ms_ = now_ms;
}

bool ApplyPace::is_due(std::int64_t now_ms) const {
  if (decided_ || !first_ms_) return true;
  return now_ms - last_ms_ >= kPauseMs || now_ms - *first_ms_ >= kLongestMs;
}

void ApplyPace::begun() {
  decided_ = false;
  first_ms_.reset();
}

}  // namespace muster::control
