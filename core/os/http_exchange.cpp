#include "core/os/http_exchange.h"

namespace muster::os {
namespace {

ServerResponse stopping_answer() {
  return refusal({.message = "the head's daemon is being stopped",
                  .hint = "ask again in a few seconds",
                  .kind = ErrorKind::busy});
}

}  // namespace

Reply Exchange::reply() {
  return Reply(
      [self = shared_from_this()](ServerResponse response) { self->answer(std::move(response)); });
}

bool Exchange::suspend(const std::atomic<bool>& stopping) {
  const std::lock_guard lock(mutex_);
  // Read under the lock: either this sees that the server stops, or give_up sees the suspension.
  if (!response_ && stopping) response_ = stopping_answer();
  if (response_) return false;
  suspended_ = true;
  MHD_suspend_connection(connection_);
  return true;
}

void Exchange::give_up() {
  const std::lock_guard lock(mutex_);
  if (!suspended_) return;
  response_ = stopping_answer();
  resume();
}

ServerResponse Exchange::take_answer() {
  const std::lock_guard lock(mutex_);
  CHECK(response_.has_value());
  return *std::exchange(response_, std::nullopt);
}

void Exchange::answer(ServerResponse response) {
  const std::lock_guard lock(mutex_);
  response_ = std::move(response);
  if (suspended_) resume();
}

/// libmicrohttpd keeps a suspended connection until it is resumed, also when its client left.
void Exchange::resume() {
  suspended_ = false;
  MHD_resume_connection(connection_);
}

}  // namespace muster::os
