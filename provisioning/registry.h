#pragma once
// Who the machines are: what they say, what readers see of them, and the parts that recognise them,
// name them, trade the one-time tokens with which they enrol, and take what administrators decide.
// The only writer of nodes.
//
// What a message means for one machine is in transitions.h, what is on disk in ledger.h; the parts
// are about what concerns more than one machine. Every function decides under one lock, the
// ledger's, which is never held over the disk.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/state/store.h"
#include "provisioning/allocation.h"
#include "provisioning/discovery.h"
#include "provisioning/enrolment.h"
#include "provisioning/ledger.h"
#include "provisioning/node.h"
#include "provisioning/node_decisions.h"
#include "provisioning/pending.h"
#include "provisioning/reboots.h"
#include "provisioning/refusals.h"
#include "provisioning/registry_settings.h"
#include "provisioning/reports.h"
#include "provisioning/transitions.h"

namespace muster::provisioning {

/// Threads: every function may be called from several threads. Errors of every function that
/// changes something: the store (world), and nothing was changed then.
class Registry {
 public:
  /// Reads all nodes. Owns: nothing; `store` must live longer. Errors: the store cannot be read.
  static Result<std::unique_ptr<Registry>> open(state::Store& store, RegistrySettings settings);
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // The parts; each lives as long as the registry:

  Discovery& discovery() { return discovery_; }
  Enrolment& enrolment() { return enrolment_; }
  NodeDecisions& node_decisions() { return node_decisions_; }
  Reboots& reboots() { return reboots_; }

  void set_addressing(Addressing addressing);

  /// Accelerators that it tells are its hardware from now on. Errors (absent): the node was removed
  /// meanwhile.
  Pending<bool> report(const std::string& id, const NodeReport& report, Now now);
  /// The node as it is now. Errors: as report.
  Pending<Node> heartbeat(const std::string& id, const Beat& beat, Now now);

  /// Marks nodes that were ready and have not been heard for a minute, or five while they take over
  /// a plan.
  void tick(Now now);

  /// Waits for the disk until everything that was changed so far is written. Errors (world): the
  /// last of it could not be.
  Status flush() const;

  // What is on disk, and of running machines what they said last:

  Snapshot snapshot() const;
  std::vector<Node> nodes() const;
  /// Shows every node in the order of nodes(), without a copy.
  void each(const std::function<void(const Node&)>& look) const;
  /// By name, id or MAC address.
  std::optional<Node> find(std::string_view name) const;
  /// The profile of the machine with this address; empty when it is unknown.
  std::string profile_of(MacAddress mac) const;

  /// Published::generation and Published::address_lost_ms.
  std::uint64_t generation() const;
  std::int64_t address_lost_ms() const;

  /// Documents that could not be read when the registry was opened.
  std::vector<DamagedDocument> damaged() const;

  /// Exceptions of answers that waited for the disk, of writes and of Issue; each such write and
  /// enrolment failed.
  os::CaughtExceptions::Seen exceptions() const { return ledger_->exceptions().seen(); }

 private:
  Registry(std::unique_ptr<Ledger> ledger, RegistrySettings settings)
      : settings_(std::move(settings)), ledger_(std::move(ledger)) {}

  const RegistrySettings settings_;
  const std::unique_ptr<Ledger> ledger_;
  Allocation allocation_{*ledger_, settings_};
  Refusals refusals_{*ledger_};
  Discovery discovery_{*ledger_, allocation_, refusals_, settings_};
  Enrolment enrolment_{*ledger_, allocation_, refusals_};
  NodeDecisions node_decisions_{*ledger_, allocation_, refusals_, settings_};
  Reboots reboots_{*ledger_};
};

}  // namespace muster::provisioning
