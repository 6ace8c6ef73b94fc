#pragma once
// What the registry's files share. For them only.

#include <utility>

#include "provisioning/ledger.h"

namespace muster::provisioning {

/// Machines that nobody adopted; more than this is a flood, not a delivery.
inline constexpr std::size_t kMaxUnknown = 4096;

/// A machine whose UUID another one with other cards has was replaced, or is in use beside it: it
/// is in use when it was heard within this time.
inline constexpr std::int64_t kLatelyMs = 7 * 86'400'000LL;

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

}  // namespace muster::provisioning
