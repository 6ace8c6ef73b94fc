#include "apps/musterd/backoff.h"

#include <algorithm>

namespace muster::daemon {

void Backoff::failed(std::int64_t now_ms) {
  failed_ = true;
  next_ms_ = now_ms + pause_ms_;
  pause_ms_ = std::min(2 * pause_ms_, longest_ms_);
}

void Backoff::reset() {
  failed_ = false;
  pause_ms_ = shortest_ms_;
}

}  // namespace muster::daemon
