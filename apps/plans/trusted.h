#pragma once
// Whether the files of a head's plan say only what root's own specification says. The daemon makes
// the plan and is reached by the whole wire; the helper is root and makes it true. So the helper
// makes the plan once more from files that only root writes, and compares.

#include "apps/plans/plans.h"

namespace muster::plans {

/// What the helper knows by itself.
struct OwnView {
  const spec::ClusterSpec& spec;
  const head::Facts& facts;
  std::span<const provisioning::Image> images;
};

/// Where a file depends on the daemon's state, line by line: the scheduler's nodes, the mode of
/// DHCP. The Slurm key is the daemon's own, and so are the public keys of people that the plan has.
/// Errors: the first file that is, or says, something else.
Status check_contents(const plan::Plan& plan, const OwnView& own);

}  // namespace muster::plans
