#pragma once
// The daemon's one object of state: specification, facts, registry, users, keys. Gives plans, and
// publishes what other daemons read (dnsmasq's hosts, the head's plan) when something changed.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "control/adoption.h"
#include "control/change_feed.h"
#include "control/clock_watch.h"
#include "control/drift.h"
#include "control/head_applier.h"
#include "control/node_plans.h"
#include "control/pending_writes.h"
#include "control/setting_documents.h"
#include "control/settings.h"
#include "core/base/backoff.h"
#include "core/os/clock.h"
#include "core/spec/places.h"
#include "core/state/store.h"
#include "operations/operations.h"
#include "plans/changes.h"
#include "plans/plans.h"
#include "plans/preview.h"
#include "provisioning/authority.h"
#include "provisioning/boots.h"
#include "provisioning/registry.h"
#include "provisioning/ssh_authority.h"

namespace muster::control {

using os::steady_ms;

/// Threads: every function may be called from several threads.
class Cluster {
 public:
  /// A disk that takes nothing is no error: `lost` and `unsaved` tell it. Nor are users and
  /// settings that cannot be read. Errors: an invalid specification, missing facts; a state
  /// database that cannot be read; a node of a newer version; no authority, and no place for one.
  static Result<std::unique_ptr<Cluster>> open(const Settings& settings);

  const spec::ClusterSpec& spec() const { return spec_; }
  const head::Facts& facts() const { return facts_; }
  /// As they were when the daemon started.
  const provisioning::Boots& boots() const { return *boots_; }
  /// The images that the head has now: others are added and removed while the daemon goes on.
  provisioning::Catalogue read_images() const;
  const Settings& settings() const { return settings_; }
  const provisioning::PciNames& names() const { return names_; }
  provisioning::Registry& registry() { return *registry_; }
  operations::Operations& operations() { return *operations_; }
  ChangeFeed& change_feed() { return *change_feed_; }
  const provisioning::Authority& authority() const { return *authority_; }
  const provisioning::SshAuthority& ssh_authority() const { return *ssh_authority_; }
  state::Store& store() { return *store_; }

  /// The head's time in milliseconds since 1970, as people see it: ClockWatch.
  std::int64_t now_ms() const { return now().wall_ms; }
  /// One moment by both clocks.
  provisioning::Now now() const {
    const std::int64_t steady = steady_ms();
    return {.wall_ms = clock_.now_ms(steady), .steady_ms = steady};
  }

  /// What the daemon could not read when it started.
  const std::vector<Error>& lost() const { return lost_; }
  /// What it could not write, until it could.
  std::vector<PendingWrites::Failure> unsaved() const { return pending_.failures(); }

  /// A copy of the database as it is now, for a backup: it takes the place of an earlier copy, and
  /// whoever asked takes it away. Its path. Errors: as Store::copy_to.
  Result<std::string> copy_database();

  /// The nodes boot as this profile from their next start on. Errors: no such profile; as
  /// Registry::set_profile.
  Status set_profile(std::span<const std::string> names, const std::string& profile);

  /// Names one machine that waits. Errors: as spec::check_node_name and
  /// Registry::adopt_as.
  Status adopt_as(const std::string& id, const std::string& name);

  /// Whether a node that somebody names can be one here. Errors: as spec::check_node_name;
  /// its address is none of nodes.addresses.
  Status fits(const provisioning::Node& node) const;

  /// task::Offer::wanted for a node.
  std::string wanted_of(const std::string& node_id);
  /// Nodes have a new wish of somebody's to hear: those that listen hear of it with the next tick.
  void note_wish() { ++wishes_; }

  plan::Plan head_plan();
  /// The nodes' plans as they are now. Asks the registry: never inside Registry::each.
  NodePlans& node_plans();

  /// What another specification would change on this head and on nodes.
  struct Changes {
    std::vector<plan::Change> head;
    plans::NodeChanges nodes;
  };
  /// Errors: somebody of its people whom the cluster cannot have.
  Result<Changes> changes_of(const spec::ClusterSpec& spec);

  hpc::UserTable users();
  struct ChangedUser {
    hpc::ClusterUser user;
    /// The transaction; `applied` reaches it when the helper has tried to make it true.
    state::Revision revision = 0;
  };
  /// Errors: as hpc::UserTable::add; the stored users cannot be read, and are not overwritten.
  Result<ChangedUser> add_user(const spec::User& wanted);
  /// Errors: as hpc::UserTable::change; as add_user.
  Result<ChangedUser> change_user(const spec::User& wanted, hpc::UserTable::NoKeys none);
  Status remove_user(const std::string& name);
  /// Puts stored users aside that cannot be read: the cluster has those whom machines have, and the
  /// numbers of users who left are not known any more. Errors (conflict): they can be read; they
  /// are a newer version's; nobody knows whom machines have.
  Status rebuild_users();

  /// Who is adopted from now on, until the head's next boot. Errors: the store.
  Status decide_adoption(provisioning::Policy policy, std::int64_t until_ms);

  /// When machines are no longer adopted without being asked about; 0: never, or they are not now.
  /// Units: milliseconds since 1970.
  std::int64_t adoption_until_ms();

  /// Misses nodes that are silent, ends what was for a while. Called every half second.
  void tick();

  provisioning::DhcpMode dhcp_mode();
  /// The other server that this head answers beside, although nobody decided so since it was found.
  std::optional<std::string> unnoticed_dhcp();
  /// What to do about another DHCP server: `proxy` beside it, `serve` in its place.
  Status set_dhcp_mode(provisioning::DhcpMode mode);

  /// Writes what changed since the last call, and has the helper apply the head's plan when it
  /// changed or did not hold the last time. Never waits for the helper, whose steps may take
  /// minutes: machines are adopted and missed meanwhile. Called from one thread.
  Status publish();

  /// Whether the helper is at work. Threads: the one that calls publish.
  bool is_applying() const { return applier_.is_at_work(); }

  /// HeadApplier::tried.
  state::Revision applied() const { return applier_.tried(); }
  /// HeadApplier::succeeded
  bool is_plan_true() const { return applier_.succeeded(); }

  /// Why the head does not hold what it should, when its plan cannot be written or the helper does
  /// not take it; nothing while the helper is at work.
  std::optional<std::string> plan_delay();

  /// What was put right on the head.
  Drift drift() const { return applier_.drift(); }

  /// Why the scheduler does not take a node, for each that it does not.
  std::vector<Error> refused_nodes();
  /// plans::HeadPlan::small_nodes of the plan that was published last.
  std::optional<Error> small_nodes();

  /// Why somebody of cluster.yaml's people is not one of the cluster's, or has another number.
  std::vector<Error> refused_users();

  /// Which entries of the stored users cannot be read, what that means, and what to do.
  std::vector<Error> damaged_users();

  /// What is remarkable in cluster.yaml, each with its place.
  const std::vector<spec::Diagnostic>& remarks() const { return remarks_; }

 private:
  Cluster() = default;
  Status open_state();
  Status load_authority();
  Status write_server_identity();
  void load_slurm_key();
  Status load_ssh_authority();
  void certify_host_key();

  std::optional<Error> users_trouble();
  void load_users();
  void load_spec_users();
  Status take_spec_users();
  bool take_over(const spec::User& user, plans::Digests& known,
                 state::Transaction& transaction) const;
  plans::Digests spec_users();
  Result<hpc::UserTable> read_last_users() const;
  Result<state::Transaction> users_transaction(const hpc::UserTable& table, const std::string& what,
                                               const std::string& name) const;
  void use_users(hpc::UserTable table, state::Revision revision);
  Result<state::Revision> save_users(hpc::UserTable table, const std::string& what,
                                     const std::string& name);

  Status load_dhcp_mode();
  void use_dhcp_mode(provisioning::DhcpMode mode);
  void follow_clock(std::int64_t moved);
  Status load_adoption();
  AdoptionRecord adoption();
  void use_adoption(AdoptionRecord record);
  Status save_adoption();
  Status commit_adoption(const AdoptionRecord& record);

  struct Decisions {
    hpc::UserTable users;
    state::Revision revision = 0;
    /// generation_
    std::uint64_t stamp = 0;
  };
  Decisions decisions();
  void say_wanted();
  Status publish_changes();
  Status write_published();
  /// Where the helper finds the head's plan.
  std::filesystem::path published_plan() const { return settings_.state / "head-plan.json"; }
  plans::ClusterView view(const spec::ClusterSpec& spec, std::span<const provisioning::Node> nodes,
                          const hpc::UserTable& users);

  Settings settings_;
  spec::ClusterSpec spec_;
  std::vector<spec::Diagnostic> remarks_;
  head::Facts facts_;
  provisioning::PciNames names_;
  std::optional<provisioning::Boots> boots_;
  std::unique_ptr<state::Store> store_;
  /// Under deciding_.
  std::optional<SettingDocuments> documents_;
  std::unique_ptr<provisioning::Registry> registry_;
  std::unique_ptr<operations::Operations> operations_;
  std::unique_ptr<ChangeFeed> change_feed_;
  std::unique_ptr<provisioning::Authority> authority_;
  std::unique_ptr<provisioning::SshAuthority> ssh_authority_;
  std::string slurm_key_;
  /// Of the head's own host key; empty: it has none.
  std::string ssh_certificate_;
  ClockWatch clock_{os::now_ms(), steady_ms()};
  std::vector<Error> lost_;
  PendingWrites pending_;

  /// One copy at a time.
  std::mutex copying_;

  /// One decision at a time: taken before mutex_, and held while the disk writes it. What is
  /// refused then has changed nothing.
  std::mutex deciding_;
  /// Grows when users or the DHCP mode change.
  std::atomic<std::uint64_t> generation_{1};
  std::atomic<std::uint64_t> wishes_{0};
  /// Of the thread that calls tick: the nodes' words, and of how many of both they speak.
  std::map<std::string, std::string> words_;
  std::uint64_t said_ = 0;
  NodePlans node_plans_{spec_};

  /// Guards what follows. Nobody waits for the disk or asks the registry with it.
  std::mutex mutex_;
  hpc::UserTable users_;
  /// Why the stored users cannot be read at all.
  std::optional<Error> users_trouble_;
  /// What was taken over from cluster.yaml, and whether the store has it.
  plans::Digests spec_users_;
  bool spec_users_are_stored_ = true;
  std::vector<Error> refused_users_;
  /// The transaction of the newest decision about users or DHCP.
  state::Revision decided_ = 0;
  provisioning::DhcpMode dhcp_ = provisioning::DhcpMode::silent;
  /// Whether the DHCP mode was decided in this boot, by somebody who knew the wire as it is.
  bool dhcp_decided_now_ = false;
  AdoptionRecord adoption_;
  std::vector<Error> refused_;
  std::optional<Error> small_nodes_;
  /// Why the newest state is not published.
  std::optional<Error> publish_error_;

  /// Of the thread that publishes: generation_ and that of the registry, when both were published.
  std::uint64_t published_ = 0;
  /// generation_ when that was tried last, and the pause after it failed.
  std::uint64_t publish_tried_ = 0;
  Retry publish_pause_{{.first = std::chrono::seconds(1), .longest = std::chrono::minutes(1)}};
  /// What was decided when it was published: generation_ and the registry's lost address.
  std::pair<std::uint64_t, std::int64_t> published_decisions_;
  HeadApplier applier_{[this] { return os::connect_unix(settings_.helper); }};
};

}  // namespace muster::control
