#pragma once
// Whether running nodes can be told something, and reboots that somebody asked for. A wish is kept
// with its node, so that a head that starts anew still has it, and is over when the node enrols
// again or when it came to nothing (transitions.h).

#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "provisioning/ledger.h"

namespace muster::provisioning {

/// A node and whether its agent can be told something.
struct Reachable {
  std::string id;
  std::string name;
  /// Why not: "is booting"; empty: it can.
  std::string obstacle;
};

/// Threads: every function may be called from several threads.
class Reboots {
 public:
  /// `ledger` must live longer.
  explicit Reboots(Ledger& ledger) : ledger_(ledger) {}

  /// Asks nodes that are up to reboot, by name, id or MAC address: each is told with its next
  /// heartbeats until it boots again. One that was asked already is not asked a second time. `why`
  /// is noted on their timelines. Waits for the disk. Errors (conflict): a node that is not known
  /// or not up; the store (world). Nobody is asked then.
  Status ask(std::span<const std::string> names, const std::string& why, Now now);

  /// Whether nodes can be told something now; by name, id or MAC address, each once. Errors
  /// (absent): one of them is not known.
  Result<std::vector<Reachable>> reach(std::span<const std::string> names, Now now) const;

 private:
  Ledger& ledger_;
};

}  // namespace muster::provisioning
