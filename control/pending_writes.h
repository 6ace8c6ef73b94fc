#pragma once
// What the daemon wants on its disk and could not write: it goes on with what it has in memory, and
// tries again until the disk takes it. Not here: what somebody asked for, which is refused when it
// cannot be written.

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/backoff.h"
#include "core/base/result.h"

namespace muster::control {

/// Threads: every function may be called from several threads; writes run in the thread that calls
/// `write` or `retry`, one at a time.
class PendingWrites {
 public:
  /// Writes what the daemon has in memory when it is called.
  using Write = std::function<Status()>;

  /// Writes now. A write that fails is kept under `what`, a noun for people, in place of an earlier
  /// one of that name.
  void write(const std::string& what, Write write);

  /// Tries again what failed, when the pause after the last attempt is over.
  void retry(std::int64_t steady_ms);

  struct Failure {
    std::string what;
    Error error;
  };
  /// What is not on the disk yet, by name.
  std::vector<Failure> failures() const;

 private:
  struct Pending {
    Write write;
    Error error;
  };

  Status attempt(const Write& write);

  std::mutex writing_;
  /// Guards what follows.
  mutable std::mutex mutex_;
  std::map<std::string, Pending> pending_;
  Retry pause_{{.first = std::chrono::seconds(5), .longest = std::chrono::minutes(1)}};
};

}  // namespace muster::control
