#pragma once
// When the head's plan is made true. A change of users or of DHCP is, at once. Nodes that come in a
// burst are taken over together: each time the scheduler reads its configuration it tells every
// node.

#include <cstdint>
#include <optional>

namespace muster::control {

class ApplyPace {
 public:
  enum class Cause { decision, nodes };

  /// The plan is another. Times are of a clock that nobody sets, in milliseconds.
  void changed(Cause cause, std::int64_t now_ms);

  /// Whether to begin: a decision waits, or no node came for some seconds, or the first of them has
  /// waited long enough.
  bool is_due(std::int64_t now_ms) const;

  /// The plan as it is now was handed on.
  void begun();

 private:
  bool decided_ = false;
  std::int64_t last_ms_ = 0;
  /// When the first node came that waits; none when none waits.
  std::optional<std::int64_t> first_ms_;
};

}  // namespace muster::control
