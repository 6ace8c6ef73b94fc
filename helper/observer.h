#pragma once
// What only root sees of a head while it runs, written down for the unprivileged daemon: what the
// scheduler says of its nodes, and file systems that nodes do not see. The firewall's rules, which
// other programs may throw away, and forwarding are put right.

#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/os/command.h"
#include "core/spec/cluster_spec.h"
#include "head/facts.h"
#include "head/firewall_keeper.h"
#include "head/observed.h"

namespace muster::helper {

class Observer {
 public:
  /// Keeps references to all three.
  Observer(os::CommandRunner& runner, const spec::ClusterSpec& spec, const head::Facts& facts);

  /// Looks once; what fails keeps nothing else from being looked at. Takes half a minute at
  /// most. Errors: everything that failed, such as a file that cannot be written.
  Status look();

  /// Whoever sets up the firewall anew says so: what it has then is right.
  void firewall_changed() { firewall_.forget(); }

 private:
  Status note_scheduler();
  Status note_mounts();
  Status keep_firewall();
  Status keep_forwarding();
  Status write_down();
  void note(std::string what);

  os::CommandRunner& runner_;
  const spec::ClusterSpec& spec_;
  const head::Facts& facts_;
  std::vector<std::string> shared_;
  head::FirewallKeeper firewall_;
  head::Observed observed_;
  /// What the file says; none: a helper that ran before wrote it, or nobody.
  std::optional<head::Observed> written_;
  /// Looks for which the scheduler, which took too long, is left in peace.
  int pauses_ = 0;
};

}  // namespace muster::helper
