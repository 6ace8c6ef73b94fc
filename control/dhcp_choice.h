#pragma once
// Who answers DHCP: this head, another server beside it, or nobody until somebody decides.

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "control/decisions.h"
#include "head/facts.h"
#include "provisioning/network.h"
#include "provisioning/registry.h"

namespace muster::control {

/// Threads: every function but `load` may be called from several threads.
class DhcpChoice {
 public:
  /// All must outlive this object.
  DhcpChoice(Decisions& decisions, const head::Facts& facts, provisioning::Registry& registry)
      : decisions_(decisions), facts_(facts), registry_(registry) {}

  /// What holds at the daemon's start. Adds to `lost` what cannot be read. Errors: the kernel does
  /// not tell its boot.
  Status load(std::vector<Error>& lost);

  provisioning::DhcpMode mode() const;

  /// The other server that this head answers beside, although nobody decided so since it was found.
  std::optional<std::string> unnoticed_server() const;

  /// What to do about another DHCP server: `proxy` beside it, `serve` in its place. Errors: the
  /// store.
  Status decide(provisioning::DhcpMode mode);

 private:
  /// In an earlier boot, or in this one.
  enum class Decided { earlier, now };
  void use(provisioning::DhcpMode mode, Decided decided);

  Decisions& decisions_;
  const head::Facts& facts_;
  provisioning::Registry& registry_;
  /// Guards what follows.
  mutable std::mutex mutex_;
  provisioning::DhcpMode mode_ = provisioning::DhcpMode::silent;
  /// Whether it was decided in this boot, by somebody who knew the network as it is.
  bool is_decided_now_ = false;
};

}  // namespace muster::control
