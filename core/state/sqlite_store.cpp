#include <format>
#include <mutex>
#include <set>
#include <utility>

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
    TRY_ASSIGN(
        const auto query,
        prepare("SELECT kind, key, value, revision FROM documents WHERE kind = ? ORDER BY key"));
    query->bind(kind);
    return read_all(*query);
  }

  Result<std::vector<Document>> changed_since(Revision revision) override {
    const std::scoped_lock lock(mutex_);
    TRY_ASSIGN(const auto query, prepare("SELECT kind, key, value, revision FROM documents "
                                         "WHERE revision > ? ORDER BY revision, kind, key"));
    query->bind(static_cast<std::int64_t>(revision));
    return read_all(*query);
  }

  Result<std::vector<Event>> events(std::string_view subject, std::size_t limit) override {
    const std::scoped_lock lock(mutex_);
    TRY_ASSIGN(const auto query,
               prepare("SELECT * FROM (SELECT id, time_ms, subject, kind, text FROM events "
                       "WHERE subject = ? ORDER BY id DESC LIMIT ?) ORDER BY id"));
    query->bind(subject).bind(static_cast<std::int64_t>(limit));
    std::vector<Event> result;
    while (true) {
      TRY_ASSIGN(const bool row, query->step());
      if (!row) return result;
      result.push_back({.id = static_cast<std::uint64_t>(query->number(0)),
                        .time_ms = query->number(1),
                        .subject = query->text(2),
                        .kind = query->text(3),
                        .text = query->text(4)});
    }
  }

  Result<Revision> revision() override {
    const std::scoped_lock lock(mutex_);
    return current();
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
    TRY(forget_events(transaction.forgotten));
    TRY(write_events(transaction.events));
    TRY_ASSIGN(const auto bump, prepare("UPDATE revisions SET revision = ? WHERE id = 1"));
    TRY(bump->bind(static_cast<std::int64_t>(next)).run());
    TRY(open.commit());
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
    TRY_ASSIGN(const auto query, prepare("SELECT kind, key, value, revision FROM documents "
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
                        .revision = static_cast<Revision>(query.number(3))});
    }
  }

  Status write_changes(const std::vector<Change>& changes, Revision next) {
    TRY_ASSIGN(const auto put, prepare("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?)"));
    TRY_ASSIGN(const auto drop, prepare("DELETE FROM documents WHERE kind = ? AND key = ?"));
    for (const Change& change : changes) {
      if (change.expected) TRY(check_expected(change));
      if (change.value) {
        TRY(put->bind(change.kind)
                .bind(change.key)
                .bind(*change.value)
                .bind(static_cast<std::int64_t>(next))
                .run());
      } else {
        TRY(drop->bind(change.kind).bind(change.key).run());
      }
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

  Status forget_events(const std::vector<std::string>& subjects) {
    TRY_ASSIGN(const auto drop, prepare("DELETE FROM events WHERE subject = ?"));
    for (const std::string& subject : subjects) TRY(drop->bind(subject).run());
    return {};
  }

  Status write_events(const std::vector<Event>& events) {
    TRY_ASSIGN(const auto put,
               prepare("INSERT INTO events (time_ms, subject, kind, text) VALUES (?, ?, ?, ?)"));
    for (const Event& event : events) {
      TRY(put->bind(event.time_ms).bind(event.subject).bind(event.kind).bind(event.text).run());
    }
    return drop_old_events(events);
  }

  /// A machine that fails for ever must not fill the disk: each subject keeps its last thousand.
  Status drop_old_events(const std::vector<Event>& events) {
    std::set<std::string> subjects;
    for (const Event& event : events) subjects.insert(event.subject);
    TRY_ASSIGN(const auto drop,
               prepare("DELETE FROM events WHERE subject = ? AND id <= (SELECT id FROM events "
                       "WHERE subject = ? ORDER BY id DESC LIMIT 1 OFFSET 1000)"));
    for (const std::string& subject : subjects) TRY(drop->bind(subject).bind(subject).run());
    return {};
  }

  std::mutex mutex_;
  std::string path_;
  OpenFile file_;
  /// Of `file_`; after it, since they end first.
  std::optional<Statements> statements_;
  std::optional<Error> trouble_;
  /// Whether a commit failed since the log was last emptied.
  bool is_log_suspect_ = false;
  /// As prepare_tables sets it.
  Durability durability_ = Durability::full;
};

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite_store(const std::string& path) {
  TRY_ASSIGN(OpenFile file, open_file(path));
  return std::make_unique<SqliteStore>(path, std::move(file));
}

}  // namespace muster::state
