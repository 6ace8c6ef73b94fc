#pragma once
// The timelines of a store's file, and what bounds them.

#include <cstddef>
#include <cstdint>
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
  /// The first `limit` of all subjects with a higher id than `id`, oldest first.
  static Result<std::vector<Event>> read_after(Statements& statements, std::uint64_t id,
                                               std::size_t limit);
  /// The highest id that an event ever had; 0: there was none.
  static Result<std::uint64_t> newest(Statements& statements);

 private:
  Status bound_passing(Statements& statements);

  /// Passing events until the table is looked at; the first one of a process does it.
  int until_bound_ = 0;
};

}  // namespace muster::state
