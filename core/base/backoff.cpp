#include "core/base/backoff.h"

#include <algorithm>

namespace muster {

std::chrono::milliseconds Backoff::after(int failures, Part part) const {
  if (failures < 1) return first;
  auto pause = std::min(first, longest);
  for (int i = 1; i < failures && pause < longest; ++i) pause = std::min(pause * 2, longest);
  return pause + std::chrono::milliseconds(
                     static_cast<long long>(static_cast<double>(pause.count()) / 2 * part.of_one));
}

void Retry::fail(Time now, Part part) {
  // Far beyond the longest pause; a count that ran over would be no count.
  constexpr int kMostFailures = 1000;
  failures_ = std::min(failures_ + 1, kMostFailures);
  next_ = now + backoff_.after(failures_, part);
}

void Retry::reset() {
  failures_ = 0;
  next_ = Time::min();
}

}  // namespace muster
