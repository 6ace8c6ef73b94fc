#include "core/state/sqlite.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <format>
#include <unistd.h>

namespace muster::state {
namespace {

struct Reason {
  std::string why;
  std::string next_step;
};

/// The errno for which a file, or one that is missing in its directory, cannot be written; 0 when
/// it can. SQLite itself opens such a file for reading and keeps the errno of that.
int why_not_writable(const std::string& file, const std::string& directory) {
  if (access(file.c_str(), W_OK) == 0) return 0;
  if (errno != ENOENT) return errno;
  return access(directory.c_str(), W_OK | X_OK) == 0 ? 0 : errno;
}

Reason full(const std::string& directory) {
  return {.why = "the disk is full",
          .next_step = std::format("delete files that nobody needs; 'df -h {0}' shows the room, "
                                   "'du -xh {0} | sort -h' what takes it",
                                   directory)};
}

Reason read_only(const std::string& directory) {
  return {
      .why = "the file system is read-only",
      .next_step = std::format("'journalctl -k' says why; then 'mount -o remount,rw' what 'df {}'"
                               " names",
                               directory)};
}

Reason reason_of_errno(const std::string& directory, int number) {
  switch (number) {
    case ENOSPC:
    case EDQUOT:
      return full(directory);
    case EROFS:
      return read_only(directory);
    case EACCES:
    case EPERM:
      return {.why = "permission denied",
              .next_step =
                  std::format("give '{}' and what is in it to the user of musterd", directory)};
    case ENOENT:
    case ENOTDIR:
      return {.why = "no such directory", .next_step = std::format("make '{}'", directory)};
    default:
      return {.why = number == 0 ? "the disk fails"
                                 : std::format("the disk fails ({})", std::strerror(number)),
              .next_step = "'journalctl -k' says more; copy what can be read, and change the disk"};
  }
}

Reason reason_of(const std::string& file, int code, int system_error) {
  std::string directory = std::filesystem::path(file).parent_path().string();
  if (directory.empty()) directory = ".";
  switch (code & 0xff) {
    case SQLITE_FULL:
      return full(directory);
    case SQLITE_IOERR:
      return reason_of_errno(directory, system_error);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN: {
      const int why = why_not_writable(file, directory);
      return reason_of_errno(directory, why == 0 ? system_error : why);
    }
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {.why = "it is damaged or no database",
              .next_step =
                  "restore a backup ('muster restore FILE'), or move it away: the head then "
                  "begins anew, and nodes are adopted again"};
    case SQLITE_BUSY:
      return {.why = "another process uses it", .next_step = "end that process first"};
    default:
      return {.why = sqlite3_errstr(code), .next_step = "'journalctl -u musterd' may say more"};
  }
}

}  // namespace

Error describe_failure(Access access, std::string_view file, int code, int system_error) {
  const int primary = code & 0xff;
  const Reason reason = reason_of(std::string(file), code, system_error);
  const bool is_damaged = primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB;
  return {.message = std::format("cannot {} '{}': {}",
                                 access == Access::read || is_damaged ? "read" : "write", file,
                                 reason.why),
          .hint = reason.next_step,
          .kind = primary == SQLITE_BUSY ? ErrorKind::busy : ErrorKind::world};
}

std::unexpected<Error> last_failure(sqlite3* database, Access access) {
  const char* const file = sqlite3_db_filename(database, "main");
  return std::unexpected(describe_failure(access, file == nullptr ? "state database" : file,
                                          sqlite3_extended_errcode(database),
                                          sqlite3_system_errno(database)));
}

Status execute(sqlite3* database, Access access, const char* sql) {
  if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return last_failure(database, access);
}

Result<Statement> Statement::prepare(sqlite3* database, std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(database, sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
    return last_failure(database, Access::read);
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
  return last_failure(sqlite3_db_handle(statement_.get()),
                      sqlite3_stmt_readonly(statement_.get()) != 0 ? Access::read : Access::write);
}

Status Statement::run() {
  const auto row = step();
  reset();
  if (!row) return std::unexpected(row.error());
  return {};
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  bound_ = 0;
}

std::string Statement::text(int column) const {
  const auto* const bytes = sqlite3_column_text(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return bytes == nullptr
             ? std::string()
             : std::string(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

Result<StatementUse> Statements::use(std::string_view sql) {
  const auto found = statements_.find(sql);
  if (found != statements_.end()) return StatementUse(found->second);
  TRY_ASSIGN(Statement made, Statement::prepare(database_, sql));
  return StatementUse(statements_.emplace(sql, std::move(made)).first->second);
}

}  // namespace muster::state
