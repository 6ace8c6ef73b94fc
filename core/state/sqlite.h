#pragma once
// SQLite's C interface with ownership: a connection and a statement. Only for sqlite_store.cpp.

#include <cstdint>
#include <memory>
#include <sqlite3.h>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace muster::state {

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

/// A prepared statement: bind its parameters in order, then step.
class Statement {
 public:
  static Result<Statement> prepare(sqlite3* database, std::string_view sql);

  Statement& bind(std::string_view text);
  Statement& bind(std::int64_t number);

  /// True while there is a row.
  Result<bool> step();
  /// Steps a statement that yields no row, and makes it ready for the next use.
  Status run();

  std::string text(int column) const;
  std::int64_t number(int column) const { return sqlite3_column_int64(statement_.get(), column); }

 private:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  std::unique_ptr<sqlite3_stmt, FinalizeStatement> statement_;
  int bound_ = 0;
};

std::unexpected<Error> sqlite_error(sqlite3* database, std::string_view what);

}  // namespace muster::state
