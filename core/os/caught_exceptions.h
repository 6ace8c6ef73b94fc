#pragma once
// Where exceptions of handlers end: at the edge of a thread or of a C library, which they must not
// cross. Each is a bug of ours, or memory that ran out.

#include <cstdint>
#include <exception>
#include <mutex>
#include <string>
#include <utility>

namespace muster::os {

/// Counts exceptions and keeps the last one's text for the main program to tell. Threads: any.
class CaughtExceptions {
 public:
  struct Seen {
    std::uint64_t count = 0;
    /// What the last one says of itself.
    std::string last;
  };

  /// Calls `function`; false when it threw.
  template <typename Function>
  bool run(Function&& function) noexcept {
    try {
      std::forward<Function>(function)();
      return true;
    } catch (const std::exception& error) {
      note(error.what());
    } catch (...) {
      note("an exception without a text");
    }
    return false;
  }

  Seen seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
  }

 private:
  void note(const char* what) noexcept;

  mutable std::mutex mutex_;
  Seen seen_;
};

}  // namespace muster::os
