#include <format>
#include <mutex>
#include <set>
#include <utility>

#include "core/state/sqlite.h"
#include "core/state/store.h"

namespace muster::state {
namespace {

constexpr std::int64_t kSchema = 1;

// `removed` keeps revision and key of what is gone, so that revisions never fall.
constexpr const char* kTables = R"(
  CREATE TABLE IF NOT EXISTS revisions (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL);
  INSERT OR IGNORE INTO revisions VALUES (1, 0);
  CREATE TABLE IF NOT EXISTS documents (
    kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, revision INTEGER NOT NULL,
    PRIMARY KEY (kind, key)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS documents_by_revision ON documents (revision);
  CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, time_ms INTEGER NOT NULL, subject TEXT NOT NULL,
    kind TEXT NOT NULL, text TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS events_by_subject ON events (subject, id);
)";

Status execute(sqlite3* database, const char* sql, std::string_view what) {
  if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return sqlite_error(database, what);
}

/// Rolls back unless it was committed.
class OpenTransaction {
 public:
  static Result<OpenTransaction> begin(sqlite3* database) {
    if (sqlite3_exec(database, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) != SQLITE_OK) {
      return sqlite_error(database, "begin a transaction");
    }
    return OpenTransaction(database);
  }
  OpenTransaction(OpenTransaction&& other) noexcept
      : database_(std::exchange(other.database_, nullptr)) {}
  OpenTransaction& operator=(OpenTransaction&&) = delete;
  ~OpenTransaction() {
    if (database_ != nullptr) sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
  Status commit() {
    if (sqlite3_exec(database_, "COMMIT", nullptr, nullptr, nullptr) != SQLITE_OK) {
      return sqlite_error(database_, "commit");
    }
    database_ = nullptr;
    return {};
  }

 private:
  explicit OpenTransaction(sqlite3* database) : database_(database) {}
  sqlite3* database_;
};

class SqliteStore : public Store {
 public:
  explicit SqliteStore(Database database) : database_(std::move(database)) {}

  using Store::commit;
  Result<Revision> commit(const Transaction& transaction, Durability durability) override {
    const std::scoped_lock lock(mutex_);
    TRY(use(durability));
    TRY_ASSIGN(OpenTransaction open, OpenTransaction::begin(database_.get()));
    TRY_ASSIGN(const Revision now, current());
    const Revision next = now + 1;
    TRY(write_changes(transaction.changes, next));
    TRY(forget_events(transaction.forgotten));
    TRY(write_events(transaction.events));
    TRY_ASSIGN(Statement bump, prepare("UPDATE revisions SET revision = ? WHERE id = 1"));
    TRY(bump.bind(static_cast<std::int64_t>(next)).run());
    TRY(open.commit());
    return next;
  }

  Result<std::optional<Document>> find(std::string_view kind, std::string_view key) override {
    const std::scoped_lock lock(mutex_);
    return read_one(kind, key);
  }

  Result<std::vector<Document>> list(std::string_view kind) override {
    const std::scoped_lock lock(mutex_);
    TRY_ASSIGN(
        Statement query,
        prepare("SELECT kind, key, value, revision FROM documents WHERE kind = ? ORDER BY key"));
    query.bind(kind);
    return read_all(query);
  }

  Result<std::vector<Document>> changed_since(Revision revision) override {
    const std::scoped_lock lock(mutex_);
    TRY_ASSIGN(Statement query, prepare("SELECT kind, key, value, revision FROM documents "
                                        "WHERE revision > ? ORDER BY revision, kind, key"));
    query.bind(static_cast<std::int64_t>(revision));
    return read_all(query);
  }

  Result<std::vector<Event>> events(std::string_view subject, std::size_t limit) override {
    const std::scoped_lock lock(mutex_);
    TRY_ASSIGN(Statement query,
               prepare("SELECT * FROM (SELECT id, time_ms, subject, kind, text FROM events "
                       "WHERE subject = ? ORDER BY id DESC LIMIT ?) ORDER BY id"));
    query.bind(subject).bind(static_cast<std::int64_t>(limit));
    std::vector<Event> result;
    while (true) {
      TRY_ASSIGN(const bool row, query.step());
      if (!row) return result;
      result.push_back({.id = static_cast<std::uint64_t>(query.number(0)),
                        .time_ms = query.number(1),
                        .subject = query.text(2),
                        .kind = query.text(3),
                        .text = query.text(4)});
    }
  }

  Result<Revision> revision() override {
    const std::scoped_lock lock(mutex_);
    return current();
  }

 private:
  /// With a write-ahead log NORMAL syncs at checkpoints only, and keeps the order of commits
  /// (sqlite.org/pragma.html#pragma_synchronous). May be switched between transactions.
  Status use(Durability durability) {
    if (durability == durability_) return {};
    TRY(execute(database_.get(),
                durability == Durability::full ? "PRAGMA synchronous = FULL"
                                               : "PRAGMA synchronous = NORMAL",
                "set durability"));
    durability_ = durability;
    return {};
  }

  Result<Statement> prepare(std::string_view sql) {
    return Statement::prepare(database_.get(), sql);
  }

  Result<Revision> current() {
    TRY_ASSIGN(Statement query, prepare("SELECT revision FROM revisions WHERE id = 1"));
    TRY_ASSIGN(const bool row, query.step());
    CHECK(row);
    return static_cast<Revision>(query.number(0));
  }

  Result<std::optional<Document>> read_one(std::string_view kind, std::string_view key) {
    TRY_ASSIGN(Statement query, prepare("SELECT kind, key, value, revision FROM documents "
                                        "WHERE kind = ? AND key = ?"));
    query.bind(kind).bind(key);
    TRY_ASSIGN(std::vector<Document> found, read_all(query));
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
    TRY_ASSIGN(Statement put, prepare("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?)"));
    TRY_ASSIGN(Statement drop, prepare("DELETE FROM documents WHERE kind = ? AND key = ?"));
    for (const Change& change : changes) {
      if (change.expected) TRY(check_expected(change));
      if (change.value) {
        TRY(put.bind(change.kind)
                .bind(change.key)
                .bind(*change.value)
                .bind(static_cast<std::int64_t>(next))
                .run());
      } else {
        TRY(drop.bind(change.kind).bind(change.key).run());
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
    TRY_ASSIGN(Statement drop, prepare("DELETE FROM events WHERE subject = ?"));
    for (const std::string& subject : subjects) TRY(drop.bind(subject).run());
    return {};
  }

  Status write_events(const std::vector<Event>& events) {
    TRY_ASSIGN(Statement put,
               prepare("INSERT INTO events (time_ms, subject, kind, text) VALUES (?, ?, ?, ?)"));
    for (const Event& event : events) {
      TRY(put.bind(event.time_ms).bind(event.subject).bind(event.kind).bind(event.text).run());
    }
    return drop_old_events(events);
  }

  /// A machine that fails for ever must not fill the disk: each subject keeps its last thousand.
  Status drop_old_events(const std::vector<Event>& events) {
    std::set<std::string> subjects;
    for (const Event& event : events) subjects.insert(event.subject);
    TRY_ASSIGN(Statement drop,
               prepare("DELETE FROM events WHERE subject = ? AND id <= (SELECT id FROM events "
                       "WHERE subject = ? ORDER BY id DESC LIMIT 1 OFFSET 1000)"));
    for (const std::string& subject : subjects) TRY(drop.bind(subject).bind(subject).run());
    return {};
  }

  std::mutex mutex_;
  Database database_;
  /// As prepare_database sets it.
  Durability durability_ = Durability::full;
};

Status prepare_database(sqlite3* database) {
  // EXCLUSIVE: no second connection can exist, which keeps
  // clear of the WAL fault that Debian 13's SQLite still has (sqlite.org/wal.html, "WAL-reset
  // bug").
  TRY(execute(database, "PRAGMA locking_mode = EXCLUSIVE", "lock"));
  TRY(execute(database, "PRAGMA journal_mode = WAL", "use a write-ahead log"));
  TRY(execute(database, "PRAGMA synchronous = FULL", "set durability"));
  TRY_ASSIGN(Statement version, Statement::prepare(database, "PRAGMA user_version"));
  TRY_ASSIGN(const bool row, version.step());
  CHECK(row);
  if (version.number(0) > kSchema) {
    return fail(std::format("state database has schema {}, this version knows {}",
                            version.number(0), kSchema),
                "use the version of Muster that wrote it, or restore a backup");
  }
  TRY(execute(database, kTables, "make its tables"));
  return execute(database, "PRAGMA user_version = 1", "mark its schema");
}

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite_store(const std::string& path) {
  sqlite3* raw = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  Database database(raw);
  if (code != SQLITE_OK) return sqlite_error(raw, std::format("open '{}'", path));
  sqlite3_busy_timeout(raw, 2000);
  if (auto ready = prepare_database(raw); !ready) {
    return wrap(std::format("'{}'", path), std::move(ready).error());
  }
  return std::make_unique<SqliteStore>(std::move(database));
}

}  // namespace muster::state
