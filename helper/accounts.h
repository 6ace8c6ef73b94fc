#pragma once
// Accounts that this machine had before it was a head are their owners': a server keeps its people,
// and nobody who takes over the daemon logs in as one of them.

#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/apply/apply.h"
#include "core/apply/own_accounts.h"
#include "core/plan/plan.h"
#include "core/spec/cluster_spec.h"

namespace muster::helper {

struct CheckedAccounts {
  /// The plan without the people and the keys below.
  plan::Plan plan;
  /// A failed outcome for each person and for each key that was left out.
  std::vector<apply::Outcome> refused;
  /// Those left out because a directory service fails, and nobody knows whether they have an
  /// account here: nothing of them is removed.
  std::set<std::string, std::less<>> undecided = {};
};

using apply::ListedAccounts;

/// Leaves out who has an account here that is not the cluster's: one of another number, or one that
/// the helper did not make, unless root's own specification names that person; who would join a
/// group that was here before; and of whom nobody knows now. A person who is named there and was
/// here before gets only the keys that stand there.
CheckedAccounts check_accounts(plan::Plan plan, const spec::ClusterSpec& spec,
                               const ListedAccounts& own);

/// The plan, and before it the removal of each file of keys that belongs to nobody of the plan.
/// `files`: the names in hpc::kKeyDirectory. Root's keys are not the plan's, and the keys of who is
/// undecided stay.
plan::Plan with_stale_keys_removed(plan::Plan plan, std::span<const std::string> files,
                                   const std::set<std::string, std::less<>>& undecided = {});

}  // namespace muster::helper
