#pragma once
// Threads for what takes long: signing a certificate, asking a program. The threads of a server
// read requests and send answers, and everybody waits when they do not.

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "core/os/caught_exceptions.h"
#include "core/os/http_message.h"

namespace muster::os {

/// Runs tasks in the order in which they came, several at once. Its destructor waits for the tasks
/// that run and drops the tasks that have not begun.
class WorkerPool {
 public:
  /// At most `queue_limit` tasks wait.
  WorkerPool(unsigned threads, std::size_t queue_limit);
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  ~WorkerPool();

  /// Takes the task; false, and the task stays whole, when the queue is full or the
  /// pool ends.
  template <typename Task>
  [[nodiscard]] bool try_run(Task& task) {
    const std::lock_guard lock(mutex_);
    if (ending_ || waiting_.size() >= queue_limit_) return false;
    waiting_.emplace_back(std::move(task));
    changed_.notify_one();
    return true;
  }

  /// No further task begins from now on, and none is taken.
  void end();
  /// The same, and waits for those that run.
  void finish();

  /// Exceptions that tasks threw.
  CaughtExceptions::Seen exceptions() const { return exceptions_.seen(); }

 private:
  void work();

  std::size_t queue_limit_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::move_only_function<void()>> waiting_;
  bool ending_ = false;
  CaughtExceptions exceptions_;
  /// Last, so that all else is there while they run.
  std::vector<std::jthread> threads_;
};

/// Calls `handler` on a thread of `pool`, which must outlive the server. A full pool answers 503
/// with Retry-After.
AsyncHandler on_workers(WorkerPool& pool, AsyncHandler handler);

}  // namespace muster::os
