#pragma once
// Whether a head's plan is what root's own specification makes of the head. The daemon makes the
// plan and is reached by the whole nodes' network; the helper is root and makes it true. So the
// helper makes the plan once more from files that only root writes, and compares.

#include <functional>
#include <string>
#include <vector>

#include "plans/plans.h"

namespace muster::plans {

/// What the helper knows by itself.
struct OwnView {
  const spec::ClusterSpec& spec;
  const head::Facts& facts;
  /// What extensions own too (head_rights.h); null: there are none.
  const head::Policy* policy = nullptr;
};

/// Whether a text is the file of a unit that an installed extension brought.
using IsUnitFile = std::function<Result<bool>(const std::string& extension, const std::string& unit,
                                              const std::string& text)>;

/// The plan has the same steps in the same order, none left out and none repeated. The daemon's
/// state decides about people and their public keys, the Slurm key, the keys of the SSH authority,
/// one of the modes of DHCP, and the lines of the scheduler's nodes and their cards at their place
/// in two files; each of these has its own bounds. Extensions set those keys of slurm.conf that
/// root granted to them. What follows is of extensions: the daemon asks them, and each step is
/// about something that root granted to one of them. Returns the plan with the origin of each step.
/// Errors: the first step that is another, is missing, or is one too many.
Result<plan::Plan> check_plan(plan::Plan plan, const OwnView& own);

/// Takes the steps of extensions at the plan's end out of it that nobody has a right to, and files
/// of units that no extension brought: what root runs is what root installed. An extension that
/// lost its right costs the head nothing else. They get the origin of whose they would be. Errors:
/// of `is_unit_file`.
Result<std::vector<plan::Step>> take_out_unowned(plan::Plan& plan, const head::Policy& policy,
                                                 const IsUnitFile& is_unit_file);

}  // namespace muster::plans
