#pragma once
// System calls that a signal's handler may interrupt (signal(7)).

#include <cerrno>

namespace muster::os {

/// What `call` returns when no signal came in between: it is made again after EINTR.
template <typename Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

}  // namespace muster::os
