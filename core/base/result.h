#pragma once
// How Muster reports failure. The world failing (bad input, a missing tool, a full disk) is a
// value: Result<T>. A bug of ours is CHECK, which aborts. No exception crosses a library's edge.

#include <expected>
#include <source_location>
#include <string>
#include <utility>

namespace muster {

/// Whose turn it is after a failure. Set where the error is made; who passes it on does not guess.
enum class ErrorKind {
  /// The machine failed, not the request: a disk, a process, a network. Asking again may succeed.
  world,
  /// The request is malformed or out of range.
  invalid,
  /// What it names does not exist.
  absent,
  /// It does not fit what is there now, such as a name that is taken.
  conflict,
  /// Who asks may not have it.
  denied,
  /// Not now: somebody else is at it.
  busy,
};

/// Why something could not be done, for a person to read.
///
/// `message` names the object and the reason in lower case, `hint` the next step (may be empty).
struct Error {
  std::string message;
  std::string hint;
  ErrorKind kind = ErrorKind::world;

  /// The message, and the hint after "; " when there is one.
  std::string text() const;

  bool operator==(const Error&) const = default;
};

template <typename T>
using Result = std::expected<T, Error>;

/// A result that carries no value.
using Status = Result<void>;

/// An unexpected value, for `return fail("…", "…");`.
std::unexpected<Error> fail(std::string message, std::string hint = {});
std::unexpected<Error> fail(ErrorKind kind, std::string message, std::string hint = {});

/// The same error with "`context`: " before its message: what was being done when it happened. It
/// keeps its kind.
std::unexpected<Error> wrap(std::string_view context, Error error);

[[noreturn]] void check_failed(const char* expression, std::source_location where);

}  // namespace muster

/// Stops the program when a thing that the code itself guarantees does not hold.
#define CHECK(expression) \
  ((expression) ? void() : ::muster::check_failed(#expression, std::source_location::current()))

#define MUSTER_JOIN2(a, b) a##b
#define MUSTER_JOIN(a, b) MUSTER_JOIN2(a, b)

/// Returns the error of `expression` from this function, or goes on: TRY(write_file(…));
#define TRY(expression)                                      \
  do {                                                       \
    if (auto try_status = (expression); !try_status) {       \
      return std::unexpected(std::move(try_status).error()); \
    }                                                        \
  } while (false)

/// Assigns the value of `expression` or returns its error: TRY_ASSIGN(const auto text,
/// read_file(…));
#define TRY_ASSIGN(declaration, expression)                                        \
  auto MUSTER_JOIN(try_result_, __LINE__) = (expression);                          \
  if (!MUSTER_JOIN(try_result_, __LINE__)) {                                       \
    return std::unexpected(std::move(MUSTER_JOIN(try_result_, __LINE__)).error()); \
  }                                                                                \
  declaration = std::move(*MUSTER_JOIN(try_result_, __LINE__))
