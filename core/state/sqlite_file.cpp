#include "core/state/sqlite_file.h"

#include <array>
#include <cctype>
#include <filesystem>
#include <format>

#include "core/state/sqlite_tables.h"

namespace muster::state {
namespace {

/// A path as a URI takes it (sqlite.org/uri.html).
std::string uri_of(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = std::isalnum(byte) != 0 || std::string_view("/-_.~").contains(c);
    uri += plain ? std::string(1, c) : std::format("%{:02X}", byte);
  }
  return uri;
}

/// Opens without writing, and reads once: SQLite looks at a file no earlier.
Result<Database> connect(const std::string& name, int flags, const char* vfs) {
  sqlite3* raw = nullptr;
  const Access access = (flags & SQLITE_OPEN_READWRITE) != 0 ? Access::write : Access::read;
  const int code = sqlite3_open_v2(name.c_str(), &raw, flags | SQLITE_OPEN_EXRESCODE, vfs);
  Database database(raw);
  if (code != SQLITE_OK) {
    return std::unexpected(describe_failure(access, name, code, sqlite3_system_errno(raw)));
  }
  // A file that cannot be written is opened to be read, and could then not be locked.
  if (access == Access::write && sqlite3_db_readonly(raw, "main") == 1) {
    return std::unexpected(describe_failure(access, name, SQLITE_READONLY, 0));
  }
  sqlite3_busy_timeout(raw, 2000);
  // A commit must not need room for temporary files as well.
  TRY(execute(raw, Access::read, "PRAGMA temp_store = MEMORY"));
  // No second connection can exist, which keeps clear of the WAL fault that Debian 13's SQLite
  // still has (sqlite.org/wal.html, "WAL-reset bug"). The index of the log is then in memory and
  // needs no file.
  TRY(execute(raw, Access::read, "PRAGMA locking_mode = EXCLUSIVE"));
  TRY(execute(raw, access, "SELECT count(*) FROM sqlite_schema"));
  return database;
}

Result<Database> connect_own(const std::string& path) {
  return connect(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
}

/// A file on a disk that takes no change needs no lock, and locks may not work there. A log that
/// was left is read; without one SQLite wants to make it, but for a file that it may believe to be
/// immutable.
Result<Database> connect_read_only(const std::string& path) {
  std::error_code error;
  const bool has_log = std::filesystem::file_size(path + "-wal", error) > 0 && !error;
  auto opened = has_log ? connect(path, SQLITE_OPEN_READONLY, "unix-none")
                        : connect(uri_of(path) + "?immutable=1",
                                  SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, "unix-none");
  // Its end must not try to empty the log.
  if (opened) {
    sqlite3_db_config(opened->get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  }
  return opened;
}

/// Whether a copy failed at what was copied; else at the copy.
bool is_of_reading(int code) {
  const int primary = code & 0xff;
  return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || code == SQLITE_IOERR_READ ||
         code == SQLITE_IOERR_SHORT_READ || code == SQLITE_IOERR_CORRUPTFS;
}

bool is_missing_or_empty(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return !error;
  return std::filesystem::file_size(path, error) == 0 && !error;
}

Result<OpenFile> open_blank(Error trouble) {
  TRY_ASSIGN(Database database,
             connect(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr));
  TRY(prepare_tables(database.get()));
  return OpenFile{
      .database = std::move(database), .way = Way::blank, .trouble = std::move(trouble)};
}

/// What can be read of a file that cannot be written because of `trouble`.
Result<OpenFile> open_readable(const std::string& path, Error trouble) {
  if (is_missing_or_empty(path)) return open_blank(std::move(trouble));
  auto database = connect_read_only(path);
  if (!database) return std::unexpected(std::move(database).error());
  TRY_ASSIGN(const std::int64_t schema, read_schema(database->get()));
  if (schema == 0) return open_blank(std::move(trouble));
  TRY(show_old_tables(database->get()));
  return OpenFile{
      .database = std::move(*database), .way = Way::read_only, .trouble = std::move(trouble)};
}

}  // namespace

Result<OpenFile> open_file(const std::string& path) {
  auto own = connect_own(path);
  if (!own) {
    if (own.error().kind != ErrorKind::world) return std::unexpected(std::move(own).error());
    return open_readable(path, std::move(own).error());
  }
  TRY_ASSIGN(const std::int64_t schema, read_schema(own->get()));
  Status prepared = prepare_tables(own->get());
  if (prepared) return OpenFile{.database = std::move(*own)};
  if (schema == 0) return open_blank(std::move(prepared).error());
  TRY(show_old_tables(own->get()));
  return OpenFile{.database = std::move(*own), .trouble = std::move(prepared).error()};
}

Status make_writable(const std::string& path, OpenFile& file) {
  if (file.way == Way::own) {
    if (Status prepared = prepare_tables(file.database.get()); !prepared) {
      TRY(show_old_tables(file.database.get()));
      return prepared;
    }
  } else {
    TRY_ASSIGN(Database own, connect_own(path));
    TRY(prepare_tables(own.get()));
    file.database = std::move(own);
    file.way = Way::own;
  }
  file.trouble.reset();
  return {};
}

Status copy_database(sqlite3* database, const std::string& path) {
  std::error_code error;
  if (std::filesystem::exists(path, error)) {
    return fail(ErrorKind::conflict, std::format("'{}' is there already", path),
                "name another file");
  }
  TRY_ASSIGN(Statement copy, Statement::prepare(database, "VACUUM INTO ?"));
  const auto done = copy.bind(path).step();
  if (done) return {};
  const int code = sqlite3_extended_errcode(database);
  if (is_of_reading(code)) return std::unexpected(done.error());
  return std::unexpected(
      describe_failure(Access::write, path, code, sqlite3_system_errno(database)));
}

}  // namespace muster::state
