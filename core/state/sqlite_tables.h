#pragma once
// The tables of the store's file and how those of earlier versions become them.

#include "core/state/sqlite.h"

namespace muster::state {

/// The schema of an open file, from its header; 0: it has no tables yet.
/// Errors: it was written by a newer version (conflict); it cannot be read (world).
Result<std::int64_t> read_schema(sqlite3* database);

/// Gives the file a write-ahead log and the tables of this version. Writes only what the file
/// lacks. Errors: the disk (world); the tables are then those that the file had.
Status prepare_tables(sqlite3* database);

/// Lets this connection read the tables of an earlier version as those of this one, when
/// prepare_tables could not write. Errors: the file cannot be read (world).
Status show_old_tables(sqlite3* database);

/// Rolls back unless it was committed.
class OpenTransaction {
 public:
  static Result<OpenTransaction> begin(sqlite3* database);
  OpenTransaction(OpenTransaction&& other) noexcept;
  OpenTransaction& operator=(OpenTransaction&&) = delete;
  ~OpenTransaction();
  Status commit();

 private:
  explicit OpenTransaction(sqlite3* database) : database_(database) {}
  sqlite3* database_;
};

}  // namespace muster::state
