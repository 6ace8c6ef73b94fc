// What other daemons read: dnsmasq's hosts and names, and the head's plan for the helper.

#include "control/cluster.h"
#include "core/os/files.h"

namespace muster::control {

std::vector<Error> Cluster::refused_nodes() {
  const std::scoped_lock lock(mutex_);
  return refused_;
}

std::optional<Error> Cluster::small_nodes() {
  const std::scoped_lock lock(mutex_);
  return small_nodes_;
}

/// What administrators decided, all of one moment.
Cluster::Decisions Cluster::decisions() {
  const std::scoped_lock lock(mutex_);
  return {.users = users_, .revision = decided_, .stamp = generation_};
}

Status Cluster::write_published() {
  const Decisions decided = decisions();
  // The time of the last lost address before the nodes: when it is too old, dnsmasq only starts
  // anew once more; when it were too new, it would keep what a removed machine had.
  plans::ClusterView shown = view(spec_, {}, decided.users);
  const auto nodes = registry_->nodes();
  shown.nodes = nodes;
  const auto directory = settings_.state / "dnsmasq";
  TRY(os::write_directory(directory / "hosts", provisioning::render_dhcp_hosts(nodes)));
  TRY(os::update_file(directory / "names" / "nodes",
                      provisioning::render_names(plans::wire_of(shown), nodes)));
  plans::HeadPlan head = plans::plan_head(shown);
  {
    const std::scoped_lock lock(mutex_);
    refused_ = std::move(head.refused);
    small_nodes_ = std::move(head.small_nodes);
  }
  HeadApplier::Published published{.plan = plan::to_json(head.plan).dump(1),
                                   .revision = decided.revision};
  if (!applier_.has(published.plan)) {
    TRY(os::update_file(published_plan(), published.plan, {.mode = 0600}));
  }
  // An address that a machine lost is dnsmasq's to forget before another one gets it.
  const auto stamps = std::pair(decided.stamp, shown.address_lost_ms);
  if (stamps != published_decisions_) published.cause = ApplyPace::Cause::decision;
  published_decisions_ = stamps;
  applier_.plan_is(std::move(published), steady_ms());
  return {};
}

Status Cluster::publish_changes() {
  const std::uint64_t decided = generation_;
  const std::uint64_t now = decided + registry_->generation();
  if (now == published_) return {};
  // A decision was written to the same disk: there may be room again.
  const bool waits = !publish_pause_.is_due(steady_ms()) && decided == publish_tried_;
  if (waits && publish_error_) return std::unexpected(*publish_error_);
  publish_tried_ = decided;
  const Status done = write_published();
  if (done) {
    published_ = now;
    publish_pause_.reset();
  } else {
    publish_pause_.fail(steady_ms());
  }
  const std::scoped_lock lock(mutex_);
  publish_error_ = done ? std::nullopt : std::optional(done.error());
  return done;
}

Status Cluster::publish() {
  // The helper's answer first, whatever the disk does: people wait for it.
  Status applied = applier_.step(now());
  const Status published = publish_changes();
  if (!published) return published;
  if (!applied) return applied;
  return applier_.step(now());
}

std::optional<std::string> Cluster::plan_delay() {
  {
    const std::scoped_lock lock(mutex_);
    if (publish_error_) return publish_error_->text();
  }
  return applier_.delay(steady_ms());
}

}  // namespace muster::control
