#include "provisioning/agent/heartbeats.h"

#include "core/os/pause.h"

namespace muster::agent {

Status Heartbeats::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  return last_;
}

void Heartbeats::run(const std::stop_token& stop) {
  while (os::pause(stop, interval_)) {
    const auto heard = head_.heartbeat(holds_);
    last_ = heard ? Status() : std::unexpected(heard.error());
  }
}

}  // namespace muster::agent
