#pragma once
// What happens on the cluster, as it happens: the events of all timelines, of the log of commands
// and of operations, in the order in which they were written. Who knows one of them is told what
// came after it.

#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "core/base/now.h"
#include "core/os/caught_exceptions.h"
#include "core/state/store.h"

namespace muster::control {

/// As many are told at once; the rest when it is asked for.
inline constexpr std::size_t kMostChanges = 1000;
/// A watcher without news is held so long.
inline constexpr std::int64_t kChangesHoldMs = 45'000;
/// Watchers that wait at once; more are turned away.
inline constexpr std::size_t kMostWatchers = 256;

/// Events, the oldest first.
struct News {
  std::vector<state::Event> events;
  /// The id to ask with the next time.
  std::uint64_t next = 0;
};

/// Events after the one of the id `since`. Errors: the store cannot be read.
Result<News> read_news(state::Store& store, std::uint64_t since);

/// Threads: every function may be called from several threads.
class ChangeFeed {
 public:
  /// News without events: there was none for so long. Errors: the store cannot be read; as many
  /// watchers wait as may (busy).
  using Watcher = std::move_only_function<void(const Result<News>&)>;

  /// Owns: nothing; `store` must live longer. Watchers that wait at its end are never called.
  explicit ChangeFeed(state::Store& store) : store_(store) {}

  /// Calls `watcher` once: at once when there are events after `since`, else when there are, or
  /// after kChangesHoldMs.
  void watch(std::uint64_t since, Now now, Watcher watcher);

  /// Looks for news. Called every half second.
  void pass_time(Now now);

  /// Exceptions of watchers.
  os::CaughtExceptions::Seen exceptions() const { return exceptions_.seen(); }

 private:
  struct Watching {
    std::uint64_t since = 0;
    std::int64_t until_ms = 0;
    Watcher watcher;
  };

  void tell(std::vector<Watching> watchers);

  state::Store& store_;
  std::mutex mutex_;
  std::vector<Watching> watching_;
  os::CaughtExceptions exceptions_;
};

}  // namespace muster::control
