#pragma once
// Who may log in to a head that nobody has configured: the keys of the specification, or, when it
// has none, root with a password that is made at this boot and shown on the console only.

#include "core/base/result.h"
#include "core/os/command.h"
#include "core/spec/cluster_spec.h"

namespace muster::helper {

Status set_login(os::CommandRunner& runner, const spec::ClusterSpec& spec);

/// Shows on the consoles the address by which the head is reached from the site: "192.0.2.7/24", or
/// empty for none.
Status show_site(os::CommandRunner& runner, const std::string& address);

}  // namespace muster::helper
