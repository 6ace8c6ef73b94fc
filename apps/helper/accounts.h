#pragma once
// Accounts that this machine had before it was a head are their owners': a server keeps its people,
// and nobody who takes over the daemon logs in as one of them.

#include <vector>

#include "core/apply/apply.h"
#include "core/plan/plan.h"
#include "core/spec/cluster_spec.h"

namespace muster::helper {

struct CheckedAccounts {
  /// The plan without the people below and their keys.
  plan::Plan plan;
  /// A failed outcome for each person that was left out.
  std::vector<apply::Outcome> refused;
};

/// Leaves out who has an account of another number here, and who belongs to a group of the system,
/// such as sudo, unless root's own specification names that person.
CheckedAccounts check_accounts(plan::Plan plan, const spec::ClusterSpec& spec);

}  // namespace muster::helper
