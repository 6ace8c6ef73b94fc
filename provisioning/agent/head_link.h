#pragma once
// The head as a running node sees it, so that tests can put another in its place.

#include <chrono>
#include <string>

#include "core/base/result.h"
#include "provisioning/protocol.h"
#include "provisioning/reports.h"

namespace muster::agent {

/// The calls of an enrolled node (docs/reference/node-protocol.md). Every call may fail because the
/// head is away; none waits for it to come back.
class HeadLink {
 public:
  virtual ~HeadLink() = default;

  /// How long the certificate is held; zero when there is none.
  virtual std::chrono::seconds certificate_age() const = 0;
  /// A new key and certificate by showing the old one.
  virtual Status renew() = 0;
  /// Errors: also an answer that has no plan's name (ErrorKind::invalid, and of no other kind).
  virtual Result<provisioning::PlanAnswer> plan() const = 0;
  virtual Status report(const provisioning::NodeReport& report) const = 0;
  /// `holds`: the name of the plan that is applied here; empty: none. Threads: any, beside every
  /// other call.
  virtual Result<provisioning::HeartbeatAnswer> heartbeat(const std::string& holds) const = 0;
};

}  // namespace muster::agent
