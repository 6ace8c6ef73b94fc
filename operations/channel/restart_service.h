#pragma once
// Tasks of kind "reboot" and "shutdown": the scheduler gives this node no job any more, its jobs
// end by themselves, and then it goes down. The words say how: "drain", or "now" without asking the
// scheduler.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>
#include <string>

#include "core/os/command.h"
#include "core/task/agent_service.h"

namespace muster::channel {

/// What the scheduler can be asked on this node. Errors of each: it does not answer.
struct SchedulerDoor {
  /// No job begins here from now on. `word`: for the reason that people see.
  std::function<Status(const std::string& word)> drain;
  /// Which jobs are left, in a sentence; empty: none.
  std::function<Result<std::string>()> jobs_left;
  /// Jobs may begin here again.
  std::function<Status()> undrain;
};

class RestartService final : public task::AgentService {
 public:
  enum class Kind { reboot, shutdown };

  /// `runner` must live longer. `pause`: between two looks at the jobs.
  RestartService(Kind kind, os::CommandRunner& runner, SchedulerDoor scheduler,
                 std::chrono::milliseconds pause = std::chrono::seconds(5));

  std::string kind() const override { return kind_ == Kind::reboot ? "reboot" : "shutdown"; }
  task::Report run(const task::Task& task, const Tell& tell) override;
  void end(const std::string& id) override;

  /// Whether a task of this service has the node drained: nobody else resumes it.
  bool is_at_work() const;

 private:
  Status wait_for_jobs(const task::Task& task, const Tell& tell);
  bool leave();
  Status go_down();
  bool wait_for_end(const std::string& id, std::chrono::milliseconds time);

  Kind kind_;
  os::CommandRunner& runner_;
  SchedulerDoor scheduler_;
  std::chrono::milliseconds pause_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> ended_;
  int at_work_ = 0;
};

}  // namespace muster::channel
