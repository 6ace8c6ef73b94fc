#pragma once
// What only root sees of a head while it runs, written down for the unprivileged daemon: what the
// scheduler says of its nodes, and file systems that nodes do not see. The firewall's rules, which
// other programs may throw away, and forwarding are put right.

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/os/command.h"
#include "core/spec/cluster_spec.h"
#include "provisioning/head/facts.h"
#include "provisioning/head/observed.h"

namespace muster::helper {

class Observer {
 public:
  /// Keeps references to all three.
  Observer(os::CommandRunner& runner, const spec::ClusterSpec& spec, const head::Facts& facts);

  /// Looks once. Errors: a file cannot be written; a program is missing.
  Status look();

  /// Whoever sets up the firewall anew says so: what it has then is right.
  void firewall_changed() { rules_.clear(); }

 private:
  Status note_scheduler();
  Status keep_firewall();
  Status keep_forwarding();
  void note(std::string what);
  /// The rules as nft prints them; empty when there are none.
  Result<std::string> read_rules();

  os::CommandRunner& runner_;
  const spec::ClusterSpec& spec_;
  const head::Facts& facts_;
  std::vector<std::string> shared_;
  head::Observed observed_;
  std::string rules_;
};

}  // namespace muster::helper
