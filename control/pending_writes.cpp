#include "control/pending_writes.h"

#include <utility>

namespace muster::control {

Status PendingWrites::attempt(const Write& write) {
  const std::scoped_lock one_at_a_time(writing_);
  return write();
}

void PendingWrites::write(const std::string& what, Write write) {
  const Status done = attempt(write);
  const std::scoped_lock lock(mutex_);
  if (done) {
    pending_.erase(what);
  } else {
    pending_.insert_or_assign(what, Pending{.write = std::move(write), .error = done.error()});
  }
}

void PendingWrites::retry(std::int64_t steady_ms) {
  std::map<std::string, Pending> tried;
  {
    const std::scoped_lock lock(mutex_);
    if (pending_.empty() || !pause_.is_due(steady_ms)) return;
    tried = pending_;
  }
  for (auto& [what, pending] : tried) write(what, std::move(pending.write));
  const std::scoped_lock lock(mutex_);
  if (pending_.empty()) {
    pause_.reset();
  } else {
    pause_.fail(steady_ms);
  }
}

std::vector<PendingWrites::Failure> PendingWrites::failures() const {
  const std::scoped_lock lock(mutex_);
  std::vector<Failure> failures;
  for (const auto& [what, pending] : pending_) failures.push_back({what, pending.error});
  return failures;
}

}  // namespace muster::control
