#pragma once
// Whether the head's services run, and what is wrong with the cluster in sentences with a next
// step.

#include <optional>
#include <string>
#include <vector>

#include "control/cluster.h"
#include "control/problem.h"
#include "control/service_watch.h"
#include "head/external.h"

namespace muster::control {

struct Health {
  std::vector<ServiceState> services;
  std::vector<Problem> problems;
};

/// What is known of the link to the site; none where there is no such link.
std::optional<head::ExternalState> read_site(Cluster& cluster);

/// What was put right on the head: steps of its plan, and what its helper keeps.
Drift read_drift(Cluster& cluster);

/// What is wrong with the disk of the head's state: what cannot be written, and what cannot be
/// read.
std::vector<Problem> read_disk_problems(Cluster& cluster);

Health read_health(Cluster& cluster, ServiceWatch& services);

}  // namespace muster::control
