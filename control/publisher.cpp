#include "control/publisher.h"

#include <nlohmann/json.hpp>

#include "core/base/layout.h"
#include "core/os/files.h"

namespace muster::control {

std::filesystem::path published_plan(const Settings& settings) {
  return settings.state / layout::kHeadPlan;
}

std::vector<Error> Publisher::refused_nodes() const {
  const std::scoped_lock lock(mutex_);
  return refused_;
}

std::optional<Error> Publisher::small_nodes() const {
  const std::scoped_lock lock(mutex_);
  return small_nodes_;
}

Status Publisher::write() {
  // Before what was decided: what comes meanwhile is published at the next turn.
  const std::uint64_t decisions = sources_.decisions.count();
  const state::Revision revision = sources_.decisions.revision();
  const hpc::UserTable users = sources_.people.users();
  // The time of the last lost address before the nodes: when it is too old, dnsmasq only starts
  // anew once more; when it were too new, it would keep what a removed machine had.
  plans::ClusterView shown = view_({}, users);
  const auto nodes = sources_.registry.nodes();
  shown.nodes = nodes;
  const auto directory = sources_.settings.state / "dnsmasq";
  TRY(os::write_directory(directory / "hosts", provisioning::render_dhcp_hosts(nodes)));
  TRY(os::update_file(directory / "names" / "nodes",
                      provisioning::render_names(plans::network_of(shown), nodes)));
  plans::HeadPlan head = plans::plan_head(shown);
  {
    const std::scoped_lock lock(mutex_);
    refused_ = std::move(head.refused);
    small_nodes_ = std::move(head.small_nodes);
  }
  HeadApplier::Published published{.plan = plan::to_json(head.plan).dump(1), .revision = revision};
  if (!applier_.has(published.plan)) {
    TRY(os::update_file(published_plan(sources_.settings), published.plan, {.mode = 0600}));
  }
  // An address that a machine lost is dnsmasq's to forget before another one gets it.
  const auto stamps = std::pair(decisions, shown.address_lost_ms);
  if (stamps != published_decisions_) published.cause = ApplyPace::Cause::decision;
  published_decisions_ = stamps;
  applier_.plan_is(std::move(published), now_().steady_ms);
  return {};
}

Status Publisher::publish_changes() {
  const std::uint64_t decided = sources_.decisions.count();
  const std::uint64_t newest = decided + sources_.registry.generation();
  if (newest == published_) return {};
  // A decision was written to the same disk: there may be room again.
  const bool waits = !pause_.is_due(now_().steady_ms) && decided == tried_;
  if (waits && error_) return std::unexpected(*error_);
  tried_ = decided;
  const Status done = write();
  if (done) {
    published_ = newest;
    pause_.reset();
  } else {
    pause_.fail(now_().steady_ms);
  }
  const std::scoped_lock lock(mutex_);
  error_ = done ? std::nullopt : std::optional(done.error());
  return done;
}

Status Publisher::publish() {
  // The helper's answer first, whatever the disk does: people wait for it.
  Status applied = applier_.step(now_());
  const Status published = publish_changes();
  if (!published) return published;
  if (!applied) return applied;
  return applier_.step(now_());
}

std::optional<std::string> Publisher::delay() const {
  {
    const std::scoped_lock lock(mutex_);
    if (error_) return error_->text();
  }
  return applier_.delay(now_().steady_ms);
}

}  // namespace muster::control
