#pragma once
// The daemon's state, put together: specification, facts, registry, operations, and beside this
// file what each kind of decision and key is. Gives the plans of nodes.

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "control/adoption.h"
#include "control/change_feed.h"
#include "control/clock_watch.h"
#include "control/decisions.h"
#include "control/dhcp_choice.h"
#include "control/extension_calls.h"
#include "control/extension_nodes.h"
#include "control/extension_work.h"
#include "control/extensions.h"
#include "control/head_keys.h"
#include "control/node_plans.h"
#include "control/pending_writes.h"
#include "control/people.h"
#include "control/publisher.h"
#include "control/settings.h"
#include "core/os/clock.h"
#include "core/spec/places.h"
#include "core/state/store.h"
#include "operations/operations.h"
#include "plans/changes.h"
#include "plans/plans.h"
#include "provisioning/boots.h"
#include "provisioning/registry.h"

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
  const HeadKeys& keys() const { return *keys_; }
  People& people() { return *people_; }
  DhcpChoice& dhcp() { return *dhcp_; }
  Adoption& adoption() { return *adoption_; }
  Publisher& publisher() { return *publisher_; }
  /// The newest decision that plans are made of.
  state::Revision revision() const { return decisions_->revision(); }
  Extensions& extensions() { return *extensions_; }
  ExtensionWork& extension_work() { return *extension_work_; }
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
    /// People whom the specification does not name any more.
    std::vector<std::string> leavers;
  };
  /// Errors: somebody of its people whom the cluster cannot have.
  Result<Changes> changes_of(const spec::ClusterSpec& spec);

  /// Gives up nodes that are silent, ends what was for a while. Called every half second.
  void tick();

  /// What is remarkable in cluster.yaml, each with its place.
  const std::vector<spec::Diagnostic>& remarks() const { return remarks_; }

 private:
  Cluster() = default;
  Status open_state();
  Result<hpc::UserTable> read_published_people() const;
  Status check_steps(const ExtensionSteps& steps);
  void say_wanted();
  void open_extensions();
  ExtensionWorker::World extension_world();
  plans::ClusterView view(const spec::ClusterSpec& spec, std::span<const provisioning::Node> nodes,
                          const hpc::UserTable& users);
  plans::ClusterView nodes_view(const hpc::UserTable& users);

  Settings settings_;
  spec::ClusterSpec spec_;
  std::vector<spec::Diagnostic> remarks_;
  head::Facts facts_;
  provisioning::PciNames names_;
  std::optional<provisioning::Boots> boots_;
  std::unique_ptr<state::Store> store_;
  std::optional<Decisions> decisions_;
  std::unique_ptr<provisioning::Registry> registry_;
  std::unique_ptr<operations::Operations> operations_;
  std::unique_ptr<ChangeFeed> change_feed_;
  ClockWatch clock_{os::now_ms(), steady_ms()};
  std::vector<Error> lost_;
  PendingWrites pending_;

  /// One copy at a time.
  std::mutex copying_;

  std::atomic<std::uint64_t> wishes_{0};
  /// Of the thread that calls tick: the nodes' words, and of how many decisions and wishes they
  /// speak.
  std::map<std::string, std::string> words_;
  std::uint64_t said_ = 0;
  NodePlans node_plans_{spec_};

  std::optional<HeadKeys> keys_;
  std::optional<People> people_;
  std::optional<DhcpChoice> dhcp_;
  std::optional<Adoption> adoption_;
  std::optional<Publisher> publisher_;
  std::optional<extensions::Hosts> hosts_;
  std::optional<ExtensionNodes> extension_nodes_;
  std::optional<ExtensionUsers> extension_users_;
  std::optional<Extensions> extensions_;
  std::optional<ExtensionCalls> extension_calls_;
  std::optional<ExtensionWork> extension_work_;
};

}  // namespace muster::control
