#pragma once
// The remarks of remarks.h by subject. For the files that make them only.

#include "core/spec/cluster_spec.h"
#include "core/spec/finding.h"

namespace muster::spec {

/// Groups, names and addresses of nodes.
void remark_nodes(const ClusterSpec& spec, Findings& findings);
/// The cluster's name, cards, images and what has no effect.
void remark_system(const ClusterSpec& spec, Findings& findings);
void remark_kernel_arguments(const ClusterSpec& spec, Findings& findings);
/// Packages that take what is the head's, or that Debian does not have.
void remark_packages(const ClusterSpec& spec, Findings& findings);
/// Who can log in, and for how long jobs run.
void remark_people(const ClusterSpec& spec, Findings& findings);

}  // namespace muster::spec
