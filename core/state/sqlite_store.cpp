#include <atomic>
#include <format>
#include <mutex>
#include <utility>

#include "core/state/sqlite_events.h"
#include "core/state/sqlite_file.h"
#include "core/state/sqlite_tables.h"
#include "core/state/store.h"

namespace muster::state {
namespace {

class SqliteStore : public Store {
 public:
  SqliteStore(std::string path, OpenFile file)
      : path_(std::move(path)), file_(std::move(file)), trouble_(file_.trouble) {
    statements_.emplace(file_.database.get());
    // A file that cannot be read says so to whoever reads it.
    newest_event_ = EventLog::newest(*statements_).value_or(0);
  }

  using Store::commit;
  Result<Revision> commit(const Transaction& transaction, Durability durability) override {
    const std::scoped_lock lock(mutex_);
    return try_commit(transaction, durability);
  }

  std::optional<Error> trouble() override {
    const std::scoped_lock lock(mutex_);
    if (!trouble_) return std::nullopt;
    const auto tried = try_commit({}, Durability::full);
    return tried ? std::nullopt : std::optional(tried.error());
  }

  Result<std::optional<Document>> find(std::string_view kind, std::string_view key) override {
    const std::scoped_lock lock(mutex_);
    return read_one(kind, key);
  }

  Result<std::vector<Document>> list(std::string_view kind) override {
    const std::scoped_lock lock(mutex_);
    TRY_ASSIGN(const auto query, prepare("SELECT kind, key, value, revision, schema FROM documents "
                                         "WHERE kind = ? ORDER BY key"));
    query->bind(kind);
    return read_all(*query);
  }

  Result<std::optional<Changes>> changes_since(Revision revision) override {
    const std::scoped_lock lock(mutex_);
    Changes changes;
    TRY_ASSIGN(changes.revision, current());
    if (revision > changes.revision) return std::nullopt;
    if (revision > 0) {
      TRY_ASSIGN(const bool complete, knows_removals_since(revision));
      if (!complete) return std::nullopt;
      TRY_ASSIGN(changes.removed, removed_since(revision));
    }
    TRY_ASSIGN(const auto query, prepare("SELECT kind, key, value, revision, schema FROM documents "
                                         "WHERE revision > ? ORDER BY revision, kind, key"));
    query->bind(static_cast<std::int64_t>(revision));
    TRY_ASSIGN(changes.written, read_all(*query));
    return changes;
  }

  Result<std::vector<Event>> events(std::string_view subject, std::size_t limit) override {
    const std::scoped_lock lock(mutex_);
    return EventLog::read(*statements_, subject, limit);
  }

  Result<std::vector<Event>> events_after(std::uint64_t id, std::size_t limit) override {
    const std::scoped_lock lock(mutex_);
    return EventLog::read_after(*statements_, id, limit);
  }

  std::uint64_t newest_event() const override { return newest_event_; }

  Result<Revision> revision() override {
    const std::scoped_lock lock(mutex_);
    return current();
  }

  Status copy_to(const std::string& path) override {
    const std::scoped_lock lock(mutex_);
    // Memory stands for a file that could not be made: a copy of it would look like a cluster that
    // knows nothing.
    if (file_.way == Way::blank) return std::unexpected(*file_.trouble);
    return copy_database(file_.database.get(), path);
  }

 private:
  Result<Revision> try_commit(const Transaction& transaction, Durability durability) {
    auto done = write(transaction, durability);
    if (done) {
      trouble_.reset();
    } else if (done.error().kind != ErrorKind::conflict) {
      trouble_ = done.error();
      is_log_suspect_ = true;
    }
    return done;
  }

  Result<Revision> write(const Transaction& transaction, Durability durability) {
    TRY(repair());
    TRY(use(durability));
    TRY_ASSIGN(OpenTransaction open, OpenTransaction::begin(file_.database.get()));
    TRY_ASSIGN(const Revision now, current());
    const Revision next = now + 1;
    TRY(write_changes(transaction.changes, next));
    TRY(EventLog::forget(*statements_, transaction.forgotten));
    TRY(events_.write(*statements_, transaction.events));
    TRY_ASSIGN(const auto bump, prepare("UPDATE revisions SET revision = ? WHERE id = 1"));
    TRY(bump->bind(static_cast<std::int64_t>(next)).run());
    TRY_ASSIGN(const std::uint64_t newest, EventLog::newest(*statements_));
    TRY(open.commit());
    newest_event_ = newest;
    return next;
  }

  /// Makes good what earlier failures left.
  Status repair() {
    if (file_.trouble) {
      // Statements end before their connection, whose lock would outlive it otherwise.
      statements_.reset();
      const Status done = make_writable(path_, file_);
      statements_.emplace(file_.database.get());
      durability_ = Durability::full;
      return done;
    }
    if (!is_log_suspect_) return {};
    // The kernel tells a failed write once, and then takes the pages for written. A part of the log
    // that never reached the disk would cut off all commits behind it at a power cut, so all of the
    // log goes into the file before another commit counts. Then the log begins anew in the room
    // that it has: on a full disk this may be enough.
    if (sqlite3_wal_checkpoint_v2(file_.database.get(), nullptr, SQLITE_CHECKPOINT_RESTART, nullptr,
                                  nullptr) != SQLITE_OK) {
      return last_failure(file_.database.get(), Access::write);
    }
    is_log_suspect_ = false;
    return {};
  }

  /// With a write-ahead log NORMAL syncs at checkpoints only, and keeps the order of commits
  /// (sqlite.org/pragma.html#pragma_synchronous). May be switched between transactions.
  Status use(Durability durability) {
    if (durability == durability_) return {};
    TRY(execute(file_.database.get(), Access::write,
                durability == Durability::full ? "PRAGMA synchronous = FULL"
                                               : "PRAGMA synchronous = NORMAL"));
    durability_ = durability;
    return {};
  }

  Result<StatementUse> prepare(std::string_view sql) { return statements_->use(sql); }

  Result<Revision> current() {
    TRY_ASSIGN(const auto query, prepare("SELECT revision FROM revisions WHERE id = 1"));
    TRY_ASSIGN(const bool row, query->step());
    CHECK(row);
    return static_cast<Revision>(query->number(0));
  }

  Result<std::optional<Document>> read_one(std::string_view kind, std::string_view key) {
    TRY_ASSIGN(const auto query, prepare("SELECT kind, key, value, revision, schema FROM documents "
                                         "WHERE kind = ? AND key = ?"));
    query->bind(kind).bind(key);
    TRY_ASSIGN(std::vector<Document> found, read_all(*query));
    if (found.empty()) return std::optional<Document>();
    return std::optional(std::move(found.front()));
  }

  static Result<std::vector<Document>> read_all(Statement& query) {
    std::vector<Document> result;
    while (true) {
      TRY_ASSIGN(const bool row, query.step());
      if (!row) return result;
      result.push_back({.kind = query.text(0),
                        .key = query.text(1),
                        .value = query.text(2),
                        .revision = static_cast<Revision>(query.number(3)),
                        .schema = static_cast<int>(query.number(4))});
    }
  }

  Status write_changes(const std::vector<Change>& changes, Revision next) {
    for (const Change& change : changes) {
      if (change.expected) TRY(check_expected(change));
      TRY(write_one(change, next));
    }
    return {};
  }

  Status check_expected(const Change& change) {
    TRY_ASSIGN(const auto now, read_one(change.kind, change.key));
    if ((now ? now->revision : 0) == *change.expected) return {};
    return fail(ErrorKind::conflict,
                std::format("{} '{}' was changed meanwhile", change.kind, change.key),
                "read it again and repeat the change");
  }

  Status write_one(const Change& change, Revision next) {
    if (!change.value) return remove_one(change, next);
    TRY_ASSIGN(const auto put,
               prepare("INSERT OR REPLACE INTO documents (kind, key, value, revision, schema) "
                       "VALUES (?, ?, ?, ?, ?)"));
    TRY(put->bind(change.kind)
            .bind(change.key)
            .bind(*change.value)
            .bind(static_cast<std::int64_t>(next))
            .bind(std::int64_t{change.schema})
            .run());
    TRY_ASSIGN(const auto revive, prepare("DELETE FROM removals WHERE kind = ? AND key = ?"));
    return revive->bind(change.kind).bind(change.key).run();
  }

  Status remove_one(const Change& change, Revision next) {
    TRY_ASSIGN(const auto drop, prepare("DELETE FROM documents WHERE kind = ? AND key = ?"));
    TRY(drop->bind(change.kind).bind(change.key).run());
    if (sqlite3_changes(file_.database.get()) == 0) return {};
    TRY_ASSIGN(const auto note, prepare("INSERT OR REPLACE INTO removals VALUES (?, ?, ?)"));
    TRY(note->bind(change.kind).bind(change.key).bind(static_cast<std::int64_t>(next)).run());
    return bound_removals();
  }

  /// Looks at the table now and then only: a commit must not walk over all of it.
  Status bound_removals() {
    if (until_bound_-- > 0) return {};
    constexpr int kEach = 1000;
    until_bound_ = kEach;
    TRY_ASSIGN(const auto last, prepare("SELECT revision FROM removals ORDER BY revision DESC "
                                        "LIMIT 1 OFFSET 10000"));
    TRY_ASSIGN(const bool some, last->step());
    if (!some) return {};
    const std::int64_t revision = last->number(0);
    TRY_ASSIGN(const auto drop, prepare("DELETE FROM removals WHERE revision <= ?"));
    TRY(drop->bind(revision).run());
    TRY_ASSIGN(const auto mark, prepare("UPDATE revisions SET complete_since = ? WHERE id = 1"));
    return mark->bind(revision).run();
  }

  Result<bool> knows_removals_since(Revision revision) {
    TRY_ASSIGN(const auto query, prepare("SELECT complete_since FROM revisions WHERE id = 1"));
    TRY_ASSIGN(const bool row, query->step());
    CHECK(row);
    return static_cast<Revision>(query->number(0)) <= revision;
  }

  Result<std::vector<Removal>> removed_since(Revision revision) {
    TRY_ASSIGN(const auto query, prepare("SELECT kind, key, revision FROM removals "
                                         "WHERE revision > ? ORDER BY revision, kind, key"));
    query->bind(static_cast<std::int64_t>(revision));
    std::vector<Removal> removed;
    while (true) {
      TRY_ASSIGN(const bool row, query->step());
      if (!row) return removed;
      removed.push_back({.kind = query->text(0),
                         .key = query->text(1),
                         .revision = static_cast<Revision>(query->number(2))});
    }
  }

  std::mutex mutex_;
  std::string path_;
  OpenFile file_;
  /// Of `file_`; after it, since they end first.
  std::optional<Statements> statements_;
  std::optional<Error> trouble_;
  /// Whether a commit failed since the log was last emptied.
  bool is_log_suspect_ = false;
  EventLog events_;
  std::atomic<std::uint64_t> newest_event_ = 0;
  /// Removals until their table is looked at.
  int until_bound_ = 0;
  /// As prepare_tables sets it.
  Durability durability_ = Durability::full;
};

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite_store(const std::string& path) {
  TRY_ASSIGN(OpenFile file, open_file(path));
  return std::make_unique<SqliteStore>(path, std::move(file));
}

}  // namespace muster::state
