#pragma once
// What the parts of the registry share. For them only.

#include <memory>
#include <utility>

#include "provisioning/ledger.h"

namespace muster::provisioning {

inline std::unexpected<Error> removed_meanwhile() {
  return fail(ErrorKind::absent, "the node was removed meanwhile", "boot the node again");
}

/// Puts the member and returns the value, which waits for the write when there is one.
template <typename T>
Pending<T> keep(Ledger& ledger, Member member, Outcome outcome, Now now, T value) {
  const Write write = outcome.write;
  ledger.put(std::move(member), std::move(outcome), now);
  if (write == Write::none) return Pending<T>(std::move(value));
  return Pending<T>(std::move(value), ledger.ticket(),
                    write == Write::decided ? Need::written : Need::none);
}

/// Waits for the disk; never under the ledger's lock. Null: there is nothing to wait for.
inline Status written(const std::shared_ptr<Ticket>& ticket) {
  return ticket ? ticket->wait() : Status();
}

}  // namespace muster::provisioning
