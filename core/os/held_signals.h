#pragma once
// SIGINT, SIGTERM and SIGHUP while they would come at a bad moment.

#include <signal.h>

namespace muster::os {

/// Holds the signals back from this thread while it lives; one that came meanwhile comes at its
/// end. Programs that a CommandRunner starts meanwhile have them, and a terminal's Ctrl-C does not
/// reach those.
class HeldSignals {
 public:
  HeldSignals();
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;
  ~HeldSignals();

  /// What was held back before.
  const sigset_t& before() const { return before_; }

 private:
  sigset_t before_{};
};

}  // namespace muster::os
