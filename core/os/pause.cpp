#include "core/os/pause.h"

#include <condition_variable>
#include <mutex>

namespace muster::os {

bool pause(const std::stop_token& stop, std::chrono::milliseconds time) {
  // Nothing but a wish to stop ends it early.
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  return !stopped.wait_for(lock, stop, time, [&stop] { return stop.stop_requested(); });
}

}  // namespace muster::os
