#pragma once
// What of slurm.conf and gres.conf depends on the nodes. Root's helper makes both files as they are
// without any node, and here is what it lets the daemon add, and where. Pure.

#include <string_view>

#include "core/base/result.h"

namespace muster::hpc {

/// Whether `text` is a slurm.conf that render_slurm_conf makes: `plain`, which is the file of no
/// node, with one default of memory and the lines of nodes before the partition's line. Such lines
/// start no program and name no file; each node is in one line, in the order of counts_before.
/// Errors: the first line that is none of these, or at another place.
Status check_slurm_nodes(std::string_view plain, std::string_view text);

/// The same of gres.conf, whose lines of nodes are its last: the device files of accelerators, in
/// the order of render_gres_conf.
Status check_gres_nodes(std::string_view plain, std::string_view text);

}  // namespace muster::hpc
