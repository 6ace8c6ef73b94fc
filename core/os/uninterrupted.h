#pragma once
// System calls that a signal's handler may interrupt (signal(7)).

#include <cerrno>
#include <string_view>
#include <unistd.h>

namespace muster::os {

/// What `call` returns when no signal came in between: it is made again after EINTR.
template <typename Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

/// Writes all of `bytes` (write(2)). Returns 0, or the errno of the write that failed.
inline int write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count =
        uninterrupted([&] { return ::write(descriptor, bytes.data(), bytes.size()); });
    if (count < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return 0;
}

}  // namespace muster::os
