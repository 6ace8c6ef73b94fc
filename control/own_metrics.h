#pragma once
// The figures of the cluster itself, beside those of its extensions.

#include <vector>

#include "control/cluster.h"
#include "control/extension_reports.h"
#include "control/service_watch.h"

namespace muster::control {

/// Nodes by state, problems, services of the head by state, operations that go on.
std::vector<Metric> own_metrics(Cluster& cluster, ServiceWatch& services);

}  // namespace muster::control
