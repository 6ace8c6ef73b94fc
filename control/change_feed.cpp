#include "control/change_feed.h"

#include <algorithm>
#include <map>
#include <utility>

namespace muster::control {

Result<News> read_news(state::Store& store, std::uint64_t since) {
  // First: what is written meanwhile is asked for with the next question.
  const std::uint64_t newest = store.newest_event();
  TRY_ASSIGN(std::vector<state::Event> events, store.events_after(since, kMostChanges));
  const std::uint64_t last = events.empty() ? since : events.back().id;
  // Events that were forgotten are passed over, or they were asked for again and again.
  const bool is_all = events.size() < kMostChanges;
  return News{.events = std::move(events), .next = is_all ? std::max(last, newest) : last};
}

/// Most watchers know the same event: it is read once for all of them.
void ChangeFeed::tell(std::vector<Watching> watchers) {
  std::map<std::uint64_t, Result<News>> read;
  for (Watching& watching : watchers) {
    exceptions_.run([&] {
      auto found = read.find(watching.since);
      if (found == read.end()) {
        found = read.emplace(watching.since, read_news(store_, watching.since)).first;
      }
      watching.watcher(found->second);
    });
  }
}

void ChangeFeed::watch(std::uint64_t since, Now now, Watcher watcher) {
  if (store_.newest_event() > since) return watcher(read_news(store_, since));
  {
    const std::scoped_lock lock(mutex_);
    if (watching_.size() < kMostWatchers) {
      watching_.push_back({.since = since,
                           .until_ms = now.steady_ms + kChangesHoldMs,
                           .watcher = std::move(watcher)});
      return;
    }
  }
  watcher(fail(ErrorKind::busy, "as many programs follow what happens as may", "ask again"));
}

void ChangeFeed::pass_time(Now now) {
  const std::uint64_t newest = store_.newest_event();
  std::vector<Watching> told;
  {
    const std::scoped_lock lock(mutex_);
    std::erase_if(watching_, [&](Watching& watching) {
      if (newest <= watching.since && now.steady_ms < watching.until_ms) return false;
      told.push_back(std::move(watching));
      return true;
    });
  }
  tell(std::move(told));
}

}  // namespace muster::control
