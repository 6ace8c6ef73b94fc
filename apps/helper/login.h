#pragma once
// Who may log in to a head that nobody has configured: the keys of the specification, or, when it
// has none, root with a password that is made at this boot and shown on the console only.

#include "core/base/result.h"
#include "core/os/command.h"
#include "core/spec/cluster_spec.h"

namespace muster::helper {

Status set_login(os::CommandRunner& runner, const spec::ClusterSpec& spec);

}  // namespace muster::helper
