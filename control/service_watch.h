#pragma once
// Whether the head's services run, as systemd says. Its answer may take seconds, and a page of the
// API must not: a thread of its own asks, when somebody wants to know.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/os/caught_exceptions.h"
#include "core/os/command.h"

namespace muster::control {

struct ServiceState {
  std::string unit;
  /// "active", "failed", "inactive", … as systemd says; "unknown" when it does not answer.
  std::string state;
  bool operator==(const ServiceState&) const = default;
};

/// Threads: `states` may be called from several threads.
class ServiceWatch {
 public:
  /// Owns: a thread. `runner` must outlive this object. `units`: whose states are told.
  ServiceWatch(os::CommandRunner& runner, std::vector<std::string> units);
  /// Waits for systemd's answer when it is being asked.
  ~ServiceWatch();

  /// The states of this moment, or those that were known before when systemd takes longer than
  /// `patience`. Callers of one moment share one question.
  std::vector<ServiceState> states(std::chrono::milliseconds patience);

  /// Exceptions of the question to systemd.
  os::CaughtExceptions::Seen exceptions() const { return exceptions_.seen(); }

 private:
  void answer_questions();
  std::vector<ServiceState> read_services();
  std::vector<ServiceState> with_units(const std::vector<std::string>& states) const;

  os::CommandRunner& runner_;
  const std::vector<std::string> units_;
  os::CaughtExceptions exceptions_;
  /// Guards what follows.
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<ServiceState> states_;
  /// How many times systemd was to be asked, and has answered.
  std::uint64_t asked_ = 0;
  std::uint64_t answered_ = 0;
  bool ends_ = false;
  std::thread thread_;
};

}  // namespace muster::control
