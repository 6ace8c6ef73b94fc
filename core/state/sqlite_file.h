#pragma once
// Opens the store's file as well as its disk allows: to be written, or only to be read. Not here:
// what the tables mean (sqlite_store.cpp).

#include <optional>
#include <string>

#include "core/state/sqlite.h"

namespace muster::state {

/// What an open connection leads to.
enum class Way {
  /// The file, under this process's lock.
  own,
  /// The file as it is on a disk that takes no change.
  read_only,
  /// Memory, in place of a file that has no tables yet.
  blank
};

struct OpenFile {
  Database database;
  Way way = Way::own;
  /// Why nothing can be written now; none when it can.
  std::optional<Error> trouble = {};
};

/// Opens the file, and makes or upgrades its tables. A disk that takes no change is `trouble`.
/// Errors: another process has the file (busy); it was written by a newer version (conflict); it
/// cannot be read (world).
Result<OpenFile> open_file(const std::string& path);

/// Makes an open file writable that was not: opens it again where `way` is not `own`, and makes
/// or upgrades its tables. Errors: as `trouble`; `file` is then as it was.
Status make_writable(const std::string& path, OpenFile& file);

/// Writes the database into a new file, as one transaction sees it (VACUUM INTO, sqlite.org/
/// lang_vacuum.html). Errors: the file is there; the disk of one of them. What is half written then
/// stays.
Status copy_database(sqlite3* database, const std::string& path);

}  // namespace muster::state
