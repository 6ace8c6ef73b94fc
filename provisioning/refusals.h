#pragma once
// What a machine was refused, on its node's timeline: once a minute, so that its retries do not
// fill it.

#include <cstdint>
#include <map>
#include <string>

#include "provisioning/ledger.h"

namespace muster::provisioning {

/// Threads: every function is called under the ledger's lock.
class Refusals {
 public:
  /// `ledger` must live longer.
  explicit Refusals(Ledger& ledger) : ledger_(ledger) {}

  /// `kind` is the event's.
  void note(const Node& node, const std::string& kind, const std::string& reason, Now now);
  /// The node is no more.
  void forget(const std::string& id) { last_ms_.erase(id); }

 private:
  Ledger& ledger_;
  /// By the node's id; Now::steady_ms.
  std::map<std::string, std::int64_t> last_ms_;
};

}  // namespace muster::provisioning
