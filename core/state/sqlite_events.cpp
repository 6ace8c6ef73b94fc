#include "core/state/sqlite_events.h"

namespace muster::state {
namespace {

// A timeline is cut to its last thousand when it is a quarter longer: a commit looks at one row,
// and not at a thousand.
constexpr std::int64_t kCutAt = 1250;

/// Counts an event of a timeline. Returns how many it has.
Result<std::int64_t> count(Statements& statements, const std::string& subject) {
  TRY_ASSIGN(const auto add, statements.use("INSERT INTO timelines VALUES (?, 1) ON CONFLICT DO "
                                            "UPDATE SET events = events + 1 RETURNING events"));
  TRY_ASSIGN(const bool row, add->bind(subject).step());
  CHECK(row);
  const std::int64_t events = add->number(0);
  // The row is written when the statement has ended.
  TRY(add->step());
  return events;
}

Status cut(Statements& statements, const std::string& subject) {
  TRY_ASSIGN(const auto drop,
             statements.use("DELETE FROM events WHERE subject = ? AND id < (SELECT id FROM events "
                            "WHERE subject = ? ORDER BY id DESC LIMIT 1 OFFSET 999)"));
  TRY(drop->bind(subject).bind(subject).run());
  TRY_ASSIGN(const auto set,
             statements.use("UPDATE timelines SET events = 1000 WHERE subject = ?"));
  return set->bind(subject).run();
}

Status write_one(Statements& statements, const Event& event) {
  TRY_ASSIGN(const auto put, statements.use("INSERT INTO events (time_ms, subject, kind, text, "
                                            "passing) VALUES (?, ?, ?, ?, ?)"));
  const std::int64_t passing = event.retention == Retention::passing ? 1 : 0;
  TRY(put->bind(event.time_ms)
          .bind(event.subject)
          .bind(event.kind)
          .bind(event.text)
          .bind(passing)
          .run());
  if (event.retention == Retention::passing) return {};
  TRY_ASSIGN(const std::int64_t events, count(statements, event.subject));
  return events > kCutAt ? cut(statements, event.subject) : Status();
}

Result<std::vector<Event>> read_all(Statement& query) {
  std::vector<Event> result;
  while (true) {
    TRY_ASSIGN(const bool row, query.step());
    if (!row) return result;
    result.push_back({.id = static_cast<std::uint64_t>(query.number(0)),
                      .time_ms = query.number(1),
                      .subject = query.text(2),
                      .kind = query.text(3),
                      .text = query.text(4),
                      .retention = query.number(5) == 1 ? Retention::passing : Retention::lasting});
  }
}

}  // namespace

Status EventLog::write(Statements& statements, std::span<const Event> events) {
  for (const Event& event : events) {
    TRY(write_one(statements, event));
    if (event.retention == Retention::passing) TRY(bound_passing(statements));
  }
  return {};
}

Status EventLog::bound_passing(Statements& statements) {
  if (until_bound_-- > 0) return {};
  constexpr int kEach = 10'000;
  until_bound_ = kEach;
  TRY_ASSIGN(const auto drop,
             statements.use("DELETE FROM events WHERE passing = 1 AND id < (SELECT id FROM events "
                            "WHERE passing = 1 ORDER BY id DESC LIMIT 1 OFFSET 99999)"));
  return drop->run();
}

Status EventLog::forget(Statements& statements, std::span<const std::string> subjects) {
  for (const std::string& subject : subjects) {
    for (const std::string_view sql :
         {"DELETE FROM events WHERE subject = ?", "DELETE FROM timelines WHERE subject = ?"}) {
      TRY_ASSIGN(const auto drop, statements.use(sql));
      TRY(drop->bind(subject).run());
    }
  }
  return {};
}

Result<std::vector<Event>> EventLog::read(Statements& statements, std::string_view subject,
                                          std::size_t limit) {
  TRY_ASSIGN(const auto query,
             statements.use("SELECT * FROM (SELECT id, time_ms, subject, kind, text, passing FROM "
                            "events WHERE subject = ? ORDER BY id DESC LIMIT ?) ORDER BY id"));
  query->bind(subject).bind(static_cast<std::int64_t>(limit));
  return read_all(*query);
}

Result<std::vector<Event>> EventLog::read_after(Statements& statements, std::uint64_t id,
                                                std::size_t limit) {
  TRY_ASSIGN(const auto query,
             statements.use("SELECT id, time_ms, subject, kind, text, passing FROM events WHERE "
                            "id > ? ORDER BY id LIMIT ?"));
  query->bind(static_cast<std::int64_t>(id)).bind(static_cast<std::int64_t>(limit));
  return read_all(*query);
}

Result<std::uint64_t> EventLog::newest(Statements& statements) {
  // sqlite.org/autoinc.html
  TRY_ASSIGN(const auto query,
             statements.use("SELECT seq FROM sqlite_sequence WHERE name = 'events'"));
  TRY_ASSIGN(const bool row, query->step());
  return row ? static_cast<std::uint64_t>(query->number(0)) : 0;
}

}  // namespace muster::state
