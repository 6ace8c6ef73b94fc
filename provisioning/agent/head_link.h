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
  /// Returns the generation that the head wants here.
  virtual Result<std::string> heartbeat() const = 0;
};

}  // namespace muster::agent
