#pragma once
// SQLite's C interface as values: connections, statements and errors. Only core/state includes it.
// It follows sqlite.org/c3ref.

#include <map>
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

/// What was tried when SQLite failed.
enum class Access { read, write };

/// The error of a result code (sqlite.org/rescode.html), with the file, the reason and what to do.
/// `system_error` is the errno of the call that failed; 0 when there is none. Another process that
/// has the file is `busy`, every other reason is `world`.
Error describe_failure(Access access, std::string_view file, int code, int system_error);

/// The last failure of a connection.
std::unexpected<Error> last_failure(sqlite3* database, Access access);

/// Runs one statement that takes no parameter and whose rows nobody needs.
Status execute(sqlite3* database, Access access, const char* sql);

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
  /// Makes it ready for the next use.
  void reset();

  std::string text(int column) const;
  std::int64_t number(int column) const { return sqlite3_column_int64(statement_.get(), column); }

 private:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  std::unique_ptr<sqlite3_stmt, FinalizeStatement> statement_;
  int bound_ = 0;
};

/// A statement while somebody uses it; reset at the end, because one that is half read keeps its
/// transaction open.
class StatementUse {
 public:
  explicit StatementUse(Statement& statement) : statement_(&statement) {}
  StatementUse(StatementUse&& other) noexcept
      : statement_(std::exchange(other.statement_, nullptr)) {}
  StatementUse& operator=(StatementUse&&) = delete;
  ~StatementUse() {
    if (statement_ != nullptr) statement_->reset();
  }
  Statement& operator*() const { return *statement_; }
  Statement* operator->() const { return statement_; }

 private:
  Statement* statement_;
};

/// The statements of one connection, each prepared at its first use.
class Statements {
 public:
  explicit Statements(sqlite3* database) : database_(database) {}
  /// `sql` must live as long as this object, as a literal does.
  Result<StatementUse> use(std::string_view sql);

 private:
  sqlite3* database_;
  std::map<std::string_view, Statement> statements_;
};

}  // namespace muster::state
