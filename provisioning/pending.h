#pragma once
// The answer to a change that is decided and not on disk yet.

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/os/caught_exceptions.h"

namespace muster::provisioning {

/// One write of the store that many wait for. Threads: every function may be called from several.
class Ticket {
 public:
  /// Calls `done` once with what came of the write: at once when it is known, else on the thread
  /// that writes.
  void then(std::move_only_function<void(const Status&)> done);
  Status wait();
  /// Whether the outcome is known and everybody who asked by then() has it.
  bool is_complete();
  /// Calls all who asked by then() before it wakes who waits. What they throw ends in `exceptions`:
  /// the thread that writes must go on.
  void complete(const Status& outcome, os::CaughtExceptions& exceptions);

 private:
  std::mutex mutex_;
  std::condition_variable completed_;
  std::optional<Status> outcome_;
  std::vector<std::move_only_function<void(const Status&)>> waiting_;
};

/// Whether an answer is worth anything when its change could not be written.
enum class Need {
  /// What a machine said is true whatever the disk does.
  none,
  /// What could not be written did not happen.
  written,
};

/// An answer, or why there is none, and the write that it waits for.
template <typename T>
class [[nodiscard]] Pending {
 public:
  /// Nothing is to be waited for.
  Pending(Result<T> value) : value_(std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Pending(Result<T> value, std::shared_ptr<Ticket> ticket, Need need)
      : value_(std::move(value)), ticket_(std::move(ticket)), need_(need) {}

  /// Errors: those of the call; the store, when the answer needs it.
  Result<T> wait() {
    const Status written = ticket_ ? ticket_->wait() : Status();
    return settled(std::move(value_), need_, written);
  }

  /// The same without a thread that waits: `done` is called once, perhaps on the thread that
  /// writes, which it must not hold up.
  void then(std::move_only_function<void(Result<T>)> done) {
    if (!ticket_) return done(std::move(value_));
    auto value = std::make_shared<Result<T>>(std::move(value_));
    ticket_->then([value, need = need_, done = std::move(done)](const Status& written) mutable {
      done(settled(std::move(*value), need, written));
    });
  }

 private:
  static Result<T> settled(Result<T> value, Need need, const Status& written) {
    if (!written && need == Need::written && value) return std::unexpected(written.error());
    return value;
  }

  Result<T> value_;
  std::shared_ptr<Ticket> ticket_;
  Need need_ = Need::none;
};

}  // namespace muster::provisioning
