#include "core/os/held_signals.h"

#include <pthread.h>

#include "core/base/result.h"

namespace muster::os {

HeldSignals::HeldSignals() {
  sigset_t held;
  sigemptyset(&held);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&held, number);
  CHECK(pthread_sigmask(SIG_BLOCK, &held, &before_) == 0);
}

HeldSignals::~HeldSignals() { CHECK(pthread_sigmask(SIG_SETMASK, &before_, nullptr) == 0); }

}  // namespace muster::os
