#include "core/state/sqlite_tables.h"

#include <array>
#include <format>
#include <utility>

namespace muster::state {
namespace {

// Entry N makes schema N + 1 of schema N. Those before 'user_version' was written together with
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
};
constexpr auto kSchema = static_cast<std::int64_t>(kUpgrades.size());

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
  TRY_ASSIGN(Statement ask, Statement::prepare(database, "PRAGMA user_version"));
  TRY_ASSIGN(const bool row, ask.step());
  CHECK(row);
  const std::int64_t schema = ask.number(0);
  if (schema <= kSchema) return schema;
  const char* const file = sqlite3_db_filename(database, "main");
  return fail(ErrorKind::conflict,
              std::format("'{}' has schema {}, and this version of Muster knows schemas up to {}",
                          file == nullptr ? "" : file, schema, kSchema),
              "use the version of Muster that wrote it, or restore a backup");
}

Status prepare_tables(sqlite3* database) {
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
