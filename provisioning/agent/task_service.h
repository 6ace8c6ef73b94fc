#pragma once
// What an agent can do when it is told to. Each kind of task has a service of its own; apps/agent
// says which there are.

#include <functional>
#include <string>

#include "core/task/task.h"

namespace muster::agent {

/// Threads: every function may be called from several threads.
class TaskService {
 public:
  virtual ~TaskService() = default;

  /// task::Task::kind
  virtual std::string kind() const = 0;

  /// Tells the head how far a task is; what is lost is followed by the next word.
  using Tell = std::function<void(const task::Report&)>;

  /// Does the task to its end.
  virtual task::Report run(const task::Task& task, const Tell& tell) = 0;

  /// Ends the task of this id, whose `run` then returns; also one that an earlier process of this
  /// program ran. Nothing happens when none runs.
  virtual void end(const std::string& id) = 0;
};

}  // namespace muster::agent
