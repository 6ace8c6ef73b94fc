#pragma once
// The daemon's one object of state: specification, facts, registry, users, keys. Gives plans, and
// publishes what other daemons read (dnsmasq's hosts, the head's plan) when something changed.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/musterd/adoption.h"
#include "apps/musterd/apply_pace.h"
#include "apps/musterd/clock_watch.h"
#include "apps/musterd/drift.h"
#include "apps/musterd/node_plans.h"
#include "apps/musterd/settings.h"
#include "apps/plans/plans.h"
#include "core/os/clock.h"
#include "core/os/unix_socket.h"
#include "core/spec/places.h"
#include "core/state/store.h"
#include "provisioning/authority.h"
#include "provisioning/boots.h"
#include "provisioning/registry.h"
#include "provisioning/ssh_authority.h"

namespace muster::daemon {

using os::now_ms;
using os::steady_ms;

/// Threads: every function may be called from several threads.
class Cluster {
 public:
  /// Errors: an invalid specification, missing facts, damaged state.
  static Result<std::unique_ptr<Cluster>> open(const Settings& settings);

  const spec::ClusterSpec& spec() const { return spec_; }
  const head::Facts& facts() const { return facts_; }
  const provisioning::Boots& boots() const { return *boots_; }
  const Settings& settings() const { return settings_; }
  const provisioning::PciNames& names() const { return names_; }
  provisioning::Registry& registry() { return *registry_; }
  const provisioning::Authority& authority() const { return *authority_; }
  const provisioning::SshAuthority& ssh_authority() const { return *ssh_authority_; }
  state::Store& store() { return *store_; }

  /// The nodes boot as this profile from their next start on. Errors: no such profile; as
  /// Registry::set_profile.
  Status set_profile(std::span<const std::string> names, const std::string& profile);

  /// Names one machine that waits. Errors: as spec::check_node_name and
  /// Registry::adopt_as.
  Status adopt_as(const std::string& id, const std::string& name);

  /// Whether a node that somebody names can be one here. Errors: as spec::check_node_name;
  /// its address is none of nodes.addresses.
  Status fits(const provisioning::Node& node) const;

  plan::Plan head_plan();
  /// The nodes' plans as they are now. Asks the registry: never inside Registry::each.
  NodePlans& node_plans();

  /// What another specification would change on this head and on every node.
  struct Changes {
    std::vector<plan::Change> head;
    std::vector<plan::Change> node;
  };
  /// Errors: somebody of its people whom the cluster cannot have.
  Result<Changes> changes_of(const spec::ClusterSpec& spec);

  hpc::UserTable users();
  /// Errors: as hpc::UserTable::add.
  Result<hpc::ClusterUser> add_user(const spec::User& wanted);
  /// Errors: as hpc::UserTable::change.
  Result<hpc::ClusterUser> change_user(const spec::User& wanted, hpc::UserTable::NoKeys none);
  Status remove_user(const std::string& name);

  /// Who is adopted from now on, until the head's next boot. Errors: the store.
  Status decide_adoption(provisioning::Policy policy, std::int64_t until_ms);

  /// When machines are no longer adopted without being asked about; 0: never, or they are not now.
  /// Units: milliseconds since 1970.
  std::int64_t adoption_until_ms();

  /// Misses nodes that are silent, ends what was for a while. Called every half second.
  Status tick();

  provisioning::DhcpMode dhcp_mode();
  /// The other server that this head answers beside, although nobody decided so since it was found.
  std::optional<std::string> unnoticed_dhcp();
  /// What to do about another DHCP server: `proxy` beside it, `serve` in its place.
  Status set_dhcp_mode(provisioning::DhcpMode mode);

  /// Writes what changed since the last call, and has the helper apply the head's plan when it
  /// changed or did not hold the last time. Never waits for the helper, whose steps may take
  /// minutes: machines are adopted and missed meanwhile. Called from one thread.
  Status publish();

  /// Whether the helper is at work.
  bool is_applying() const { return helper_.has_value(); }

  /// Why the head does not hold what it should, when the helper does not take its plan; nothing
  /// while it is at work.
  std::optional<std::string> plan_delay();

  /// What was put right on the head.
  Drift drift();

  /// Why the scheduler does not take a node, for each that it does not.
  std::vector<Error> refused_nodes();

  /// Why somebody of cluster.yaml's people is not one of the cluster's, or has another number.
  const std::vector<Error>& refused_users() const { return refused_users_; }

  /// What is remarkable in cluster.yaml, each with its place.
  const std::vector<spec::Diagnostic>& remarks() const { return remarks_; }

  /// Waits until the helper has tried to make true what was decided before the call. False: not
  /// within `time`, or the daemon ends.
  bool wait_until_answered(std::chrono::milliseconds time);
  /// Nobody waits any longer: the daemon ends.
  void end_waits();

 private:
  Cluster() = default;
  Status load_users();
  Status add_spec_users();
  Status load_keys();
  Status load_ssh_authority();
  Status load_dhcp_mode();
  void use_dhcp_mode(provisioning::DhcpMode mode);
  Status load_adoption();
  Status keep_adoption(const AdoptionRecord& record);
  Status publish_changes();
  Status write_published();
  Status start_apply();
  Status look_at_helper();
  bool is_check_due() const;
  void tell_answered(std::uint64_t generation);
  Status save_users(hpc::UserTable table, const std::string& what, const std::string& name);
  plans::ClusterView view(const spec::ClusterSpec& spec, std::span<const provisioning::Node> nodes,
                          const hpc::UserTable& users);

  Settings settings_;
  spec::ClusterSpec spec_;
  std::vector<spec::Diagnostic> remarks_;
  std::vector<Error> refused_users_;
  head::Facts facts_;
  provisioning::PciNames names_;
  std::optional<provisioning::Boots> boots_;
  /// Those of boots_, each once.
  std::vector<provisioning::Image> images_;
  std::unique_ptr<state::Store> store_;
  std::unique_ptr<provisioning::Registry> registry_;
  std::unique_ptr<provisioning::Authority> authority_;
  std::unique_ptr<provisioning::SshAuthority> ssh_authority_;
  std::string slurm_key_;
  /// Of the head's own host key; empty: it has none.
  std::string ssh_certificate_;
  std::mutex mutex_;
  hpc::UserTable users_;
  provisioning::DhcpMode dhcp_ = provisioning::DhcpMode::silent;
  /// Grows when users or the DHCP mode change.
  std::atomic<std::uint64_t> generation_{1};
  ClockWatch clock_{now_ms(), steady_ms()};
  /// Guarded by mutex_.
  AdoptionRecord adoption_;
  /// Whether the DHCP mode was decided in this boot, by somebody who knew the wire as it is.
  bool dhcp_decided_now_ = false;
  /// What was taken over from cluster.yaml, by name.
  std::map<std::string, std::string> spec_users_;
  std::uint64_t published_ = 0;
  /// The last published generation that the helper applied, well or not; guarded by mutex_.
  std::uint64_t answered_ = 0;
  std::condition_variable answered_changed_;
  /// Guarded by mutex_.
  bool ends_ = false;
  NodePlans node_plans_{spec_};
  /// Guarded by mutex_.
  std::vector<Error> refused_;
  std::string published_plan_;
  /// What was decided when it was published: generation_ and the registry's lost address.
  std::pair<std::uint64_t, std::int64_t> published_decisions_;
  bool plan_holds_ = false;
  /// The helper looks whether the plan still holds.
  bool is_check_ = false;
  /// Guarded by mutex_.
  Drift drift_;
  ApplyPace pace_;
  /// The knock that the helper has not answered yet, and for which plan.
  std::optional<os::LineChannel> helper_;
  std::string asked_for_;
  /// published_ at that knock.
  std::uint64_t asked_at_ = 0;
  /// By steady_ms(); 0: not yet.
  std::int64_t applied_ms_ = 0;
  /// Since when the helper owes an answer, by steady_ms(), and the last trouble with it; guarded by
  /// mutex_.
  std::int64_t owed_ms_ = 0;
  std::string trouble_;
};

}  // namespace muster::daemon
