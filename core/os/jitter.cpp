#include "core/os/jitter.h"

#include <random>
#include <thread>

namespace muster::os {

Part random_part() {
  thread_local std::mt19937 generator{std::random_device{}()};
  return {std::uniform_real_distribution<double>(0, 1)(generator)};
}

std::chrono::milliseconds random_time(std::chrono::milliseconds most) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(most * random_part().of_one);
}

void pause_with_jitter(std::chrono::milliseconds base) {
  std::this_thread::sleep_for(Backoff{.first = base, .longest = base}.after(1, random_part()));
}

}  // namespace muster::os
