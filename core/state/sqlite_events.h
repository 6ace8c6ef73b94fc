#pragma once
// The timelines of a store's file, and what bounds them.

#include <cstddef>
#include <span>

#include "core/state/sqlite.h"
#include "core/state/store.h"

namespace muster::state {

/// Writes and reads events. What it counts in memory only says when to look at the table again.
class EventLog {
 public:
  /// Writes events and drops those that are too many.
  Status write(Statements& statements, std::span<const Event> events);
  static Status forget(Statements& statements, std::span<const std::string> subjects);
  /// The last `limit` of a subject, oldest first.
  static Result<std::vector<Event>> read(Statements& statements, std::string_view subject,
                                         std::size_t limit);

 private:
  Status bound_passing(Statements& statements);

  /// Passing events until the table is looked at; the first one of a process does it.
  int until_bound_ = 0;
};

}  // namespace muster::state
