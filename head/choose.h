#pragma once
// Decides which card leads to the nodes and which to the site: by the specification, by what was
// decided before, by evidence on the wires, and as the last means by asking on the console.

#include "core/base/result.h"
#include "core/os/command.h"
#include "core/spec/cluster_spec.h"
#include "head/networks.h"

namespace muster::head {

/// The decision, which is remembered. It waits for evidence only where the nodes' card depends on
/// it, and for a person only where evidence does not decide and nothing was decided before.
/// Errors: this machine has no network card; a program is missing.
Result<Networks> decide_networks(os::CommandRunner& runner, const spec::ClusterSpec& spec,
                                 System system);

/// Looks once more for the card that leads to the site; `cluster` is the nodes'.
Result<Networks> look_for_site(os::CommandRunner& runner, const spec::ClusterSpec& spec,
                               const std::string& cluster);

}  // namespace muster::head
