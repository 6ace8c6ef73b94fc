#include "core/os/caught_exceptions.h"

#include <new>

namespace muster::os {

void CaughtExceptions::note(const char* what) noexcept {
  const std::lock_guard lock(mutex_);
  ++seen_.count;
  try {
    seen_.last = what;
  } catch (const std::bad_alloc&) {
    seen_.last.clear();
  }
}

}  // namespace muster::os
