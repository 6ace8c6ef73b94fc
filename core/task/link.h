#pragma once
// The head as a running node's channel of tasks sees it.

#include <functional>

#include "core/base/result.h"
#include "core/task/task.h"

namespace muster::task {

/// Threads: every function may be called from several threads.
class Link {
 public:
  virtual ~Link() = default;
  /// Whether this node may speak to its head.
  virtual bool enrolled() const = 0;
  /// Waits until the head has something to do, or for about a minute. `is_unwanted`: whether the
  /// answer is not waited for any more.
  virtual Result<Offer> ask(const Question& question,
                            const std::function<bool()>& is_unwanted) const = 0;
  virtual Status tell(const Report& report) const = 0;
};

}  // namespace muster::task
