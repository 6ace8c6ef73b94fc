#pragma once
// What a room does on a running node: tasks that the head gives, and what is to be looked at from
// time to time. apps/agent says which services there are.

#include <chrono>
#include <functional>
#include <string>

#include "core/task/task.h"

namespace muster::task {

/// A moment at which a node's plan holds.
struct Tick {
  std::chrono::steady_clock::time_point now;
  /// Whether the head was told of other accelerators since the last tick.
  bool has_other_cards = false;
};

class AgentService {
 public:
  virtual ~AgentService() = default;

  /// For messages: "scheduler".
  virtual std::string name() const { return kind(); }

  // Tasks. Threads: the functions may be called from several threads.

  /// Task::kind of those that it does; empty: it does none.
  virtual std::string kind() const { return {}; }

  /// Tells the head how far a task is; what is lost is followed by the next word.
  using Tell = std::function<void(const Report&)>;

  /// Does the task to its end.
  virtual Report run(const Task& task, const Tell& tell);

  /// Ends the task of this id, whose `run` then returns; also one that an earlier process of this
  /// program ran. Nothing happens when none runs.
  virtual void end(const std::string& id);

  /// Called by one thread after each heartbeat of a node whose plan holds, every ten seconds or so.
  /// Heartbeats go on while it works; the next plan waits. Errors: what could not be looked at,
  /// until it can; it is said once, and the next tick comes all the same.
  virtual Status tick(const Tick& tick);
};

}  // namespace muster::task
