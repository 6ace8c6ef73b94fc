#include "provisioning/agent/heartbeats.h"

#include <condition_variable>
#include <mutex>

namespace muster::agent {

Status Heartbeats::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  return last_;
}

void Heartbeats::run(const std::stop_token& stop) {
  // Nothing but a wish to stop ends a pause.
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  const auto is_over = [&stop] { return stop.stop_requested(); };
  while (!stopped.wait_for(lock, stop, interval_, is_over)) {
    const auto heard = head_.heartbeat(holds_);
    last_ = heard ? Status() : std::unexpected(heard.error());
  }
}

}  // namespace muster::agent
