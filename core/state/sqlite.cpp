#include "core/state/sqlite.h"

#include <format>

namespace muster::state {

std::unexpected<Error> sqlite_error(sqlite3* database, std::string_view what) {
  return fail(std::format("state database: cannot {}: {}", what, sqlite3_errmsg(database)));
}

Result<Statement> Statement::prepare(sqlite3* database, std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()), &statement, nullptr) !=
      SQLITE_OK) {
    return sqlite_error(database, "prepare a statement");
  }
  return Statement(statement);
}

Statement& Statement::bind(std::string_view text) {
  CHECK(sqlite3_bind_text(statement_.get(), ++bound_, text.data(), static_cast<int>(text.size()),
                          SQLITE_TRANSIENT) == SQLITE_OK);
  return *this;
}

Statement& Statement::bind(std::int64_t number) {
  CHECK(sqlite3_bind_int64(statement_.get(), ++bound_, number) == SQLITE_OK);
  return *this;
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return sqlite_error(sqlite3_db_handle(statement_.get()), "read or write");
}

Status Statement::run() {
  const auto row = step();
  sqlite3_reset(statement_.get());
  bound_ = 0;
  if (!row) return std::unexpected(row.error());
  return {};
}

std::string Statement::text(int column) const {
  const auto* const bytes = sqlite3_column_text(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return bytes == nullptr
             ? std::string()
             : std::string(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

}  // namespace muster::state
