#pragma once
// Whether the head's services run, and what is wrong with the cluster in sentences with a next
// step.

#include <string>
#include <vector>

#include "apps/musterd/cluster.h"
#include "apps/musterd/problem.h"
#include "core/os/command.h"

namespace muster::daemon {

struct ServiceState {
  std::string unit;
  /// "active", "failed", "inactive", … as systemd says.
  std::string state;
};

struct Health {
  std::vector<ServiceState> services;
  std::vector<Problem> problems;
};

Health read_health(Cluster& cluster, os::CommandRunner& runner);

}  // namespace muster::daemon
