#include "core/base/result.h"

#include <cstdio>
#include <cstdlib>
#include <format>

namespace muster {

std::string Error::text() const { return hint.empty() ? message : message + "; " + hint; }

std::unexpected<Error> fail(std::string message, std::string hint) {
  return std::unexpected(Error{.message = std::move(message), .hint = std::move(hint)});
}

std::unexpected<Error> fail(ErrorKind kind, std::string message, std::string hint) {
  return std::unexpected(
      Error{.message = std::move(message), .hint = std::move(hint), .kind = kind});
}

std::unexpected<Error> wrap(std::string_view context, Error error) {
  error.message = std::format("{}: {}", context, error.message);
  return std::unexpected(std::move(error));
}

void check_failed(const char* expression, std::source_location where) {
  std::fprintf(stderr, "muster: internal error: %s is false at %s:%u\n", expression,
               where.file_name(), where.line());
  std::abort();
}

}  // namespace muster
