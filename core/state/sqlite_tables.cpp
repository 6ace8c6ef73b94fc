#include "core/state/sqlite_tables.h"

#include <array>
#include <format>
#include <utility>

#include "core/state/store.h"

namespace muster::state {
namespace {

// Entry N makes schema N + 1 of schema N. The first version wrote its tables one by one, so some of
// them may be there already.
constexpr std::array kUpgrades = {
    R"(
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
)",
    // What was removed before is not known: 'complete_since' says so.
    R"(
  ALTER TABLE revisions ADD COLUMN complete_since INTEGER NOT NULL DEFAULT 0;
  UPDATE revisions SET complete_since = revision;
  ALTER TABLE documents ADD COLUMN schema INTEGER NOT NULL DEFAULT 1;
  CREATE TABLE removals (
    kind TEXT NOT NULL, key TEXT NOT NULL, revision INTEGER NOT NULL,
    PRIMARY KEY (kind, key)) WITHOUT ROWID;
  CREATE INDEX removals_by_revision ON removals (revision);
  ALTER TABLE events ADD COLUMN passing INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX passing_events ON events (id) WHERE passing = 1;
  CREATE TABLE timelines (subject TEXT PRIMARY KEY, events INTEGER NOT NULL) WITHOUT ROWID;
  INSERT INTO timelines SELECT subject, count(*) FROM events GROUP BY subject;
)",
};
constexpr std::int64_t kSchema = kStoreSchema;
static_assert(kUpgrades.size() == kSchema);

// Entry N shows the tables of schema N + 1 as those of this version, for as long as the connection
// lives: names are looked up among temporary tables first (sqlite.org/lang_naming.html), and these
// are in memory.
constexpr std::array kViews = {
    R"(
  CREATE TEMP VIEW revisions AS SELECT *, revision AS complete_since FROM main.revisions;
  CREATE TEMP VIEW documents AS SELECT *, 1 AS schema FROM main.documents;
  CREATE TEMP VIEW removals AS SELECT '' AS kind, '' AS key, 0 AS revision WHERE 0;
  CREATE TEMP VIEW events AS SELECT *, 0 AS passing FROM main.events;
)",
};
static_assert(kViews.size() + 1 == kUpgrades.size());
constexpr const char* kNoViews = R"(
  DROP VIEW IF EXISTS temp.revisions;
  DROP VIEW IF EXISTS temp.documents;
  DROP VIEW IF EXISTS temp.removals;
  DROP VIEW IF EXISTS temp.events;
)";

/// The number in the header. A file of the first version that was cut off before its number was
/// written has all tables, of which this index was the last.
Result<std::int64_t> read_number(sqlite3* database) {
  TRY_ASSIGN(Statement ask, Statement::prepare(database, "PRAGMA user_version"));
  TRY_ASSIGN(const bool row, ask.step());
  CHECK(row);
  if (ask.number(0) > 0) return ask.number(0);
  TRY_ASSIGN(Statement look, Statement::prepare(database,
                                                "SELECT count(*) FROM main.sqlite_schema WHERE "
                                                "name = 'events_by_subject'"));
  TRY_ASSIGN(const bool counted, look.step());
  CHECK(counted);
  return look.number(0);
}

/// Asking reads the header; setting it writes.
Status use_log(sqlite3* database) {
  TRY_ASSIGN(Statement ask, Statement::prepare(database, "PRAGMA journal_mode"));
  TRY_ASSIGN(const bool row, ask.step());
  if (row && ask.text(0) == "wal") return {};
  ask.reset();
  return execute(database, Access::write, "PRAGMA journal_mode = WAL");
}

}  // namespace

Result<std::int64_t> read_schema(sqlite3* database) {
  TRY_ASSIGN(const std::int64_t schema, read_number(database));
  if (schema <= kSchema) return schema;
  const char* const file = sqlite3_db_filename(database, "main");
  return fail(ErrorKind::conflict,
              std::format("'{}' has schema {}, and this version of Muster knows schemas up to {}",
                          file == nullptr ? "" : file, schema, kSchema),
              "use the version of Muster that wrote it, or restore a backup: muster restore FILE");
}

Status show_old_tables(sqlite3* database) {
  TRY_ASSIGN(const std::int64_t schema, read_schema(database));
  CHECK(schema > 0);
  if (schema == kSchema) return {};
  TRY(execute(database, Access::read, kNoViews));
  return execute(database, Access::read, kViews.at(static_cast<std::size_t>(schema - 1)));
}

Status prepare_tables(sqlite3* database) {
  TRY(execute(database, Access::read, kNoViews));
  TRY(use_log(database));
  TRY(execute(database, Access::write, "PRAGMA synchronous = FULL"));
  TRY_ASSIGN(const std::int64_t schema, read_schema(database));
  if (schema == kSchema) return {};
  TRY_ASSIGN(OpenTransaction open, OpenTransaction::begin(database));
  for (std::int64_t at = schema; at < kSchema; ++at) {
    TRY(execute(database, Access::write, kUpgrades.at(static_cast<std::size_t>(at))));
  }
  const std::string mark = std::format("PRAGMA user_version = {}", kSchema);
  TRY(execute(database, Access::write, mark.c_str()));
  return open.commit();
}

Result<OpenTransaction> OpenTransaction::begin(sqlite3* database) {
  TRY(execute(database, Access::write, "BEGIN IMMEDIATE"));
  return OpenTransaction(database);
}

OpenTransaction::OpenTransaction(OpenTransaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

OpenTransaction::~OpenTransaction() {
  // A failure that ended the transaction by itself leaves nothing to roll back
  // (sqlite.org/lang_transaction.html).
  if (database_ != nullptr && sqlite3_get_autocommit(database_) == 0) {
    sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

Status OpenTransaction::commit() {
  TRY(execute(database_, Access::write, "COMMIT"));
  database_ = nullptr;
  return {};
}

}  // namespace muster::state
