#pragma once
// What other daemons read: dnsmasq's hosts and names, and the head's plan for the helper.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "control/decisions.h"
#include "control/drift.h"
#include "control/head_applier.h"
#include "control/people.h"
#include "control/settings.h"
#include "core/base/backoff.h"
#include "core/os/unix_socket.h"
#include "plans/plans.h"
#include "provisioning/registry.h"

namespace muster::control {

/// Where the helper finds the head's plan.
std::filesystem::path published_plan(const Settings& settings);

/// Threads: one thread calls publish and is_applying; the others may be called from several.
class Publisher {
 public:
  /// What plans are made of, for these nodes and people.
  using View = std::function<plans::ClusterView(std::span<const provisioning::Node> nodes,
                                                const hpc::UserTable& users)>;
  /// All must outlive this object.
  struct Sources {
    const Settings& settings;
    Decisions& decisions;
    const People& people;
    provisioning::Registry& registry;
  };
  /// `now`: one moment by both clocks.
  Publisher(Sources sources, View view, std::function<Now()> now, HeadApplier::OnReport on_report)
      : sources_(sources),
        view_(std::move(view)),
        now_(std::move(now)),
        applier_([this] { return os::connect_unix(sources_.settings.helper); },
                 std::move(on_report)) {}

  /// Writes what changed since the last call, and has the helper apply the head's plan when it
  /// changed or did not hold the last time. Never waits for the helper, whose steps may take
  /// minutes: machines are adopted and given up meanwhile.
  Status publish();

  /// Whether the helper is at work.
  bool is_applying() const { return applier_.is_at_work(); }

  /// HeadApplier::tried.
  state::Revision applied() const { return applier_.tried(); }
  /// HeadApplier::succeeded.
  bool is_plan_true() const { return applier_.succeeded(); }

  /// Why the head does not hold what it should, when its plan cannot be written or the helper does
  /// not take it; nothing while the helper is at work.
  std::optional<std::string> delay() const;

  /// What was put right on the head.
  Drift drift() const { return applier_.drift(); }

  /// Why the scheduler does not take a node, for each that it does not.
  std::vector<Error> refused_nodes() const;
  /// plans::HeadPlan::small_nodes of the plan that was published last.
  std::optional<Error> small_nodes() const;

 private:
  Status publish_changes();
  Status write();

  Sources sources_;
  View view_;
  std::function<Now()> now_;
  HeadApplier applier_;

  /// Of the thread that publishes: how many decisions and changes of nodes were published.
  std::uint64_t published_ = 0;
  /// How many decisions there were when that was tried last, and the pause after it failed.
  std::uint64_t tried_ = 0;
  Retry pause_{{.first = std::chrono::seconds(1), .longest = std::chrono::minutes(1)}};
  /// What was decided when it was published: decisions, and the registry's lost address.
  std::pair<std::uint64_t, std::int64_t> published_decisions_;

  /// Guards what follows.
  mutable std::mutex mutex_;
  std::vector<Error> refused_;
  std::optional<Error> small_nodes_;
  /// Why the newest state is not published.
  std::optional<Error> error_;
};

}  // namespace muster::control
