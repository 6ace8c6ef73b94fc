#pragma once
// When a node renews its certificate: machines that booted together do not ask together. Pure.

#include <chrono>

#include "core/os/jitter.h"

namespace muster::agent {

class Renewal {
 public:
  /// `part`: where in the span below this certificate's renewal lies.
  explicit Renewal(Part part);

  /// Whether a certificate that is held for `age` is to be renewed: after 100.8 to 123.2 hours (112
  /// hours, which are two thirds of the head's seven days, and a tenth less or more), and not while
  /// a try that failed rests.
  bool is_due(std::chrono::seconds age, std::chrono::steady_clock::time_point now) const;

  /// There is a new certificate; `part` as in the constructor.
  void succeed(Part part);

  /// A try at `now` failed; the next one is due after a pause that grows to ten minutes.
  void fail(std::chrono::steady_clock::time_point now, Part part);

 private:
  std::chrono::seconds after_;
  Retry retry_;
};

}  // namespace muster::agent
