#pragma once
// Whether a head's plan is what root's own specification makes of the head. The daemon makes the
// plan and is reached by the whole wire; the helper is root and makes it true. So the helper makes
// the plan once more from files that only root writes, and compares.

#include "apps/plans/plans.h"

namespace muster::plans {

/// What the helper knows by itself.
struct OwnView {
  const spec::ClusterSpec& spec;
  const head::Facts& facts;
  std::span<const provisioning::Image> images;
  std::span<const provisioning::MicrocodeFile> microcode = {};
};

/// Every step is the same, but for what depends on the daemon's state: people and their public
/// keys, the Slurm key, and in three files single lines: the scheduler's nodes and their cards, the
/// mode of DHCP.
/// Errors: the first step that is another.
Status check_plan(const plan::Plan& plan, const OwnView& own);

}  // namespace muster::plans
