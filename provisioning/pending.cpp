#include "provisioning/pending.h"

namespace muster::provisioning {

void Ticket::then(std::move_only_function<void(const Status&)> done) {
  {
    const std::scoped_lock lock(mutex_);
    if (!outcome_) {
      waiting_.push_back(std::move(done));
      return;
    }
  }
  done(*outcome_);
}

Status Ticket::wait() {
  std::unique_lock lock(mutex_);
  completed_.wait(lock, [this] { return outcome_.has_value(); });
  return *outcome_;
}

bool Ticket::is_complete() {
  const std::scoped_lock lock(mutex_);
  return outcome_.has_value();
}

void Ticket::complete(const Status& outcome, os::CaughtExceptions& exceptions) {
  std::unique_lock lock(mutex_);
  while (!waiting_.empty()) {
    auto waiting = std::exchange(waiting_, {});
    lock.unlock();
    for (auto& done : waiting) exceptions.run([&] { done(outcome); });
    // What they hold may answer a request: not under the lock.
    waiting.clear();
    lock.lock();
  }
  outcome_ = outcome;
  completed_.notify_all();
}

}  // namespace muster::provisioning
