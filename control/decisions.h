#pragma once
// What everything that administrators decide for the whole cluster has in common: the documents
// that keep decisions, their order, and how many there were.

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <utility>

#include "control/setting_documents.h"
#include "core/state/store.h"

namespace muster::control {

/// Threads: every function may be called from several threads.
class Decisions {
 public:
  /// `store` must outlive this object. `now_ms`: the head's time in milliseconds since 1970.
  Decisions(state::Store& store, std::function<std::int64_t()> now_ms)
      : store_(store),
        documents_(store),
        now_ms_(std::move(now_ms)),
        revision_(store.revision().value_or(0)) {}

  /// One decision at a time: held while the disk writes it. What is refused then has changed
  /// nothing. Who holds it takes locks of its own only, and calls no PendingWrites::write: that
  /// holds a lock of its own while it writes decisions.
  std::mutex& one_at_a_time() { return deciding_; }
  /// For who holds `one_at_a_time`, and while the daemon starts.
  SettingDocuments& documents() { return documents_; }
  state::Store& store() { return store_; }
  std::int64_t now_ms() const { return now_ms_(); }

  /// Plans are made of something else since: called when readers can see it.
  void note(state::Revision revision) {
    state::Revision newest = revision_;
    while (newest < revision && !revision_.compare_exchange_weak(newest, revision)) {
    }
    ++count_;
  }
  /// How many decisions there were, and the newest transaction of them. Read before the decisions
  /// themselves: what is read then is at least as new.
  std::uint64_t count() const { return count_; }
  state::Revision revision() const { return revision_; }

 private:
  state::Store& store_;
  std::mutex deciding_;
  SettingDocuments documents_;
  std::function<std::int64_t()> now_ms_;
  std::atomic<state::Revision> revision_;
  std::atomic<std::uint64_t> count_{1};
};

}  // namespace muster::control
