#pragma once
// What an enrolled node and its head say to each other (docs/reference/node-protocol.md).

#include <chrono>
#include <string>

#include "core/base/result.h"
#include "core/plan/plan.h"
#include "provisioning/reports.h"

namespace muster::agent {

/// What a node shall hold, and what the head calls it.
struct GivenPlan {
  plan::Plan plan;
  std::string generation;
};

/// What the head wants of a node at this moment.
struct Wanted {
  /// The plan that the node shall hold.
  std::string generation;
  /// A word for one reboot that somebody wishes; empty: nobody does.
  std::string reboot = {};
};

/// The head as a running node sees it. Every call may fail because the head is away; none waits for
/// it to come back.
class HeadLink {
 public:
  virtual ~HeadLink() = default;

  /// How long the certificate is held; zero when there is none.
  virtual std::chrono::hours certificate_age() const = 0;
  /// A new key and certificate by showing the old one.
  virtual Status renew() = 0;
  virtual Result<GivenPlan> plan() const = 0;
  virtual Status report(const provisioning::NodeReport& report) const = 0;
  virtual Result<Wanted> heartbeat() const = 0;
};

}  // namespace muster::agent
