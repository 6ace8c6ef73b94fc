#pragma once
// Heartbeats while the agent is busy: a step that takes minutes is no silence.

#include <chrono>
#include <string>
#include <thread>

#include "provisioning/agent/head_link.h"

namespace muster::agent {

/// Sends a heartbeat each time that `interval` is over, from a thread of its own, until it is
/// destroyed; the first after one interval. What the head answers is left to the next heartbeat of
/// the caller. Owns: the thread; `head` must live longer.
class Heartbeats {
 public:
  /// `holds`: HeadLink::heartbeat
  Heartbeats(const HeadLink& head, std::string holds, std::chrono::milliseconds interval)
      : head_(head),
        holds_(std::move(holds)),
        interval_(interval),
        thread_([this](const std::stop_token& stop) { run(stop); }) {}

  /// Ends the thread. Errors: the last heartbeat did not arrive; none when there was none.
  Status stop();

 private:
  void run(const std::stop_token& stop);

  const HeadLink& head_;
  std::string holds_;
  std::chrono::milliseconds interval_;
  /// The thread writes it, and the caller reads it when the thread has ended.
  Status last_;
  /// The last member: it uses all others.
  std::jthread thread_;
};

}  // namespace muster::agent
