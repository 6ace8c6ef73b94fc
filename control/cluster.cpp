#include "control/cluster.h"

#include <algorithm>
#include <cstdlib>
#include <format>
#include <print>
#include <set>

#include "control/extension_conflicts.h"
#include "core/base/layout.h"
#include "core/base/text.h"
#include "core/os/files.h"
#include "core/spec/node_names.h"
#include "head/backup.h"
#include "head/installed.h"
#include "head/restore.h"
#include "head/state_places.h"
#include "plans/boots.h"
#include "plans/head_rights.h"

namespace muster::control {
namespace {

/// Whoever waits for the disk waits so long at most for others to come along.
constexpr std::int64_t kCommitSpacingMs = 5;

/// All that a heartbeat of the node would be answered.
std::string wanted_word(const NodePlans& plans, const provisioning::Node& node) {
  return plans.generation_of(node) + "." + (node.reboot ? node.reboot->id : std::string());
}

provisioning::RegistrySettings registry_settings(const spec::ClusterSpec& spec,
                                                 const provisioning::Boots& boots,
                                                 provisioning::Now now) {
  return {.name_prefix = spec.nodes.prefix,
          .name_digits = spec.nodes.digits,
          .addresses = spec.nodes.addresses,
          .default_profile = spec.profiles.front().name,
          .image_of = [&boots](const std::string& profile) { return boots.reference_of(profile); },
          .opened = now,
          .spacing_ms = kCommitSpacingMs};
}

/// What extensions are told of the cluster. Nothing secret.
nlohmann::json describe_cluster(const spec::ClusterSpec& spec) {
  nlohmann::json profiles = nlohmann::json::array();
  for (const spec::Profile& profile : spec.profiles) profiles.push_back({{"name", profile.name}});
  return {{"name", spec.name},
          {"head",
           {{"hostname", spec.head.hostname}, {"address", to_string(spec.head.address.address)}}},
          {"profiles", std::move(profiles)}};
}

Error error_of(const provisioning::DamagedDocument& damaged) {
  return {.message = std::format("the state's document '{}' of node {} cannot be read: {}",
                                 damaged.kind, printable(damaged.key, 64), damaged.reason),
          .hint = "it was put aside; the machine is found again when it boots next"};
}

}  // namespace

Result<std::unique_ptr<Cluster>> Cluster::open(const Settings& settings) {
  std::unique_ptr<Cluster> cluster(new Cluster);
  cluster->settings_ = settings;
  const auto installed = head::read_installed_file(settings.spec);
  if (!installed) return std::unexpected(installed.error());
  cluster->spec_ = installed->spec.value();
  cluster->remarks_ = installed->remarks;
  TRY_ASSIGN(cluster->facts_, head::read_facts(settings.facts));
  // Without the names cards are called by their numbers.
  if (const auto names = os::read_file(settings.pci_names)) {
    cluster->names_ = provisioning::PciNames::parse(*names);
  }
  cluster->boots_ = plans::make_boots(cluster->spec_, cluster->read_images());
  TRY(cluster->open_state());
  return cluster;
}

/// A disk that is full, read-only or fails must not keep the head from working: what can be done
/// without is told, and tried again while the head works.
Status Cluster::open_state() {
  if (!os::is_missing(settings_.state / head::kRestoreMark)) {
    return fail("a restore of this head was interrupted",
                std::format("repeat it: muster restore FILE; what the head knew before is the "
                            "newest before-restore file in {}",
                            head::kRoots));
  }
  TRY_ASSIGN(store_, state::open_sqlite_store((settings_.state / "state.db").string()));
  decisions_.emplace(*store_, [this] { return now_ms(); });
  TRY_ASSIGN(registry_,
             provisioning::Registry::open(*store_, registry_settings(spec_, *boots_, now())));
  for (const provisioning::DamagedDocument& damaged : registry_->damaged()) {
    lost_.push_back(error_of(damaged));
  }
  TRY_ASSIGN(operations_, operations::Operations::open(*store_, now()));
  for (const Error& damaged : operations_->damaged()) lost_.push_back(damaged);
  change_feed_ = std::make_unique<ChangeFeed>(*store_);
  keys_.emplace(HeadKeys::Sources{settings_, spec_, facts_, *registry_}, pending_);
  TRY(keys_->load(lost_));
  people_.emplace(*decisions_, spec_);
  people_->load([this] { return read_published_people(); }, pending_, lost_);
  dhcp_.emplace(*decisions_, facts_, *registry_);
  TRY(dhcp_->load(lost_));
  adoption_.emplace(*decisions_, spec_.adoption, *registry_, pending_);
  TRY(adoption_->load(lost_));
  open_extensions();
  extensions_->load(lost_);
  publisher_.emplace(
      Publisher::Sources{settings_, *decisions_, *people_, *registry_},
      [this](std::span<const provisioning::Node> nodes, const hpc::UserTable& users) {
        return view(spec_, nodes, users);
      },
      [this] { return now(); },
      [this](const nlohmann::json& report, state::Revision revision) {
        extensions_->head_is_applied(report, revision);
      });
  extensions_->start();
  return {};
}

void Cluster::open_extensions() {
  hosts_.emplace(settings_.extension_run);
  extension_nodes_.emplace(*registry_);
  extension_users_.emplace(*decisions_, *people_);
  extensions_.emplace(Extensions::Sources{
      .decisions = *decisions_,
      .store = settings_.extensions,
      .hosts = *hosts_,
      .cluster = describe_cluster(spec_),
      .nodes = [this] { return extension_nodes_->told(); },
      .users = [this] { return extension_users_->told(); },
      .check_steps = [this](const ExtensionSteps& steps) { return check_steps(steps); },
      .refused_on_head =
          [this](const std::vector<extensions::Grant>& grants) {
            auto rights = plans::head_rights(spec_, grants);
            return rights ? std::move(rights->refused) : decltype(rights->refused)();
          }});
  extension_calls_.emplace(ExtensionCalls::Sources{
      .decisions = *decisions_,
      .operations = *operations_,
      .registry = *registry_,
      .now = [this] { return now(); },
      .is_there =
          [this](const extensions::Grant& grant) { return extensions_->is_working(grant); }});
  extension_work_.emplace(
      extension_world(), [this] { return extensions_->working(); },
      [this](const std::string& name) { return extensions_->why_idle(name); });
}

ExtensionWorker::World Cluster::extension_world() {
  return {
      .decisions = *decisions_,
      .hosts = *hosts_,
      .is_asked = [this](const extensions::Grant& grant) { return extensions_->is_working(grant); },
      .told = [this](const extensions::Installed& extension) -> Result<nlohmann::json> {
        TRY_ASSIGN(nlohmann::json told, extensions_->told(extension.grant));
        if (is_told(extension.specification, extensions::Reads::nodes)) {
          told["cluster"]["nodes"] = extension_nodes_->now();
        }
        return told;
      },
      .describe = [this](const std::string& id) { return extension_nodes_->describe(id); },
      .show_written = [this] { return registry_->flush(); },
      .ready_nodes = [this] { return extension_nodes_->ready(); },
      .on_call =
          [this](const extensions::Grant& grant, const std::string& call,
                 const nlohmann::json& arguments, const std::function<bool()>& is_unwanted) {
            return extension_calls_->call(grant, call, arguments, is_unwanted);
          }};
}

namespace {

/// plan::Step::origin of all of them; empty: there are none.
std::string origin_of(const ExtensionSteps& steps) {
  std::string origin;
  const auto look = [&](const plan::Plan& part) {
    if (!part.steps.empty()) origin = part.steps.front().origin;
  };
  look(steps.on_nodes);
  look(steps.on_head);
  for (const auto& [profile, part] : steps.on_profiles) look(part);
  return origin;
}

/// The view with these steps in place of others of the same extension.
plans::ClusterView with_steps(plans::ClusterView view, const ExtensionSteps& steps) {
  const std::string origin = origin_of(steps);
  const auto replace = [&](plan::Plan& plan, const plan::Plan& by) {
    std::erase_if(plan.steps, [&](const plan::Step& step) { return step.origin == origin; });
    plan.append(by);
  };
  replace(view.extensions_on_nodes, steps.on_nodes);
  replace(view.extensions_on_head, steps.on_head);
  for (auto& [profile, plan] : view.extensions_on_profiles) replace(plan, {});
  for (const auto& [profile, part] : steps.on_profiles) {
    view.extensions_on_profiles[profile].append(part);
  }
  return view;
}

}  // namespace

/// As what nodes and the head get with these steps beside all others.
Status Cluster::check_steps(const ExtensionSteps& steps) {
  const hpc::UserTable table = people_->users();
  const plans::ClusterView with = with_steps(nodes_view(table), steps);
  const plan::Plan head = plans::plan_head(with).plan;
  TRY(plan::check_owners(head));
  TRY(check_beside(steps.on_head, head));
  provisioning::Node node = plans::first_node(spec_);
  for (const spec::Profile& profile : spec_.profiles) {
    node.profile = profile.name;
    const plan::Plan whole = plans::plan_node(with, node);
    TRY(plan::check_owners(whole));
    TRY(check_beside(steps.on_nodes, whole));
    const auto own = steps.on_profiles.find(profile.name);
    if (own != steps.on_profiles.end()) TRY(check_beside(own->second, whole));
  }
  return {};
}

Result<hpc::UserTable> Cluster::read_published_people() const {
  TRY_ASSIGN(const std::string text, os::read_file(published_plan(settings_)));
  return people_of_plan(text, keys_->slurm_key());
}

plans::ClusterView Cluster::view(const spec::ClusterSpec& spec,
                                 std::span<const provisioning::Node> nodes,
                                 const hpc::UserTable& users) {
  return {.spec = spec,
          .facts = facts_,
          .images = boots_->catalogue().images,
          .dhcp = dhcp_->mode(),
          .nodes = nodes,
          .address_lost_ms = registry_->address_lost_ms(),
          .users = users,
          .slurm_key = keys_->slurm_key(),
          .ssh_authority = keys_->ssh_authority().public_key(),
          .head_ssh_certificate = keys_->ssh_certificate(),
          .extensions_on_head = extensions_->on_head(),
          .extensions_in_scheduler = extensions_->in_scheduler(),
          .names = names_,
          .state_directory = settings_.state.string(),
          .boot_directory = settings_.boot.string(),
          .node_socket = (settings_.run / layout::kNodeSocket).string()};
}

/// For the plans of nodes: the head's are made far more often.
plans::ClusterView Cluster::nodes_view(const hpc::UserTable& users) {
  plans::ClusterView all = view(spec_, {}, users);
  all.extensions_on_nodes = extensions_->on_nodes();
  all.extensions_on_profiles = extensions_->on_profiles();
  return all;
}

provisioning::Catalogue Cluster::read_images() const {
  return provisioning::read_catalogue(facts_.medium, settings_.images);
}

Result<std::string> Cluster::copy_database() {
  const std::scoped_lock one_copy(copying_);
  const auto copy = settings_.run / head::kDatabaseCopy;
  // Whoever takes the copy away never meets half of the next one.
  const auto part = settings_.run / std::format("{}.part", head::kDatabaseCopy);
  TRY(os::remove_tree(part));
  Status copied = store_->copy_to(part.string());
  if (copied) copied = os::rename_file(part, copy);
  if (copied) return copy.string();
  // What is half written would take the room of the next.
  TRY(os::remove_tree(part));
  return std::unexpected(copied.error());
}

Status Cluster::set_profile(std::span<const std::string> names, const std::string& profile) {
  if (const auto lost = boots_->unbootable().find(profile); lost != boots_->unbootable().end()) {
    return fail(ErrorKind::absent, lost->second.message, lost->second.hint);
  }
  if (!boots_->knows(profile)) {
    return fail(ErrorKind::absent, std::format("there is no profile '{}'", printable(profile)),
                "profiles of this cluster: " + join(boots_->profiles(), ", "));
  }
  return registry_->node_decisions().set_profile(names, profile, now());
}

Status Cluster::adopt_as(const std::string& id, const std::string& name) {
  TRY(spec::check_node_name(name, spec_));
  return registry_->node_decisions().adopt_as(id, name, now());
}

Status Cluster::fits(const provisioning::Node& node) const {
  if (const Status named = spec::check_node_name(node.name, spec_); !named) {
    return fail(named.error().kind, named.error().message,
                named.error().hint + "; nothing was imported");
  }
  if (!spec_.nodes.addresses.contains(node.address)) {
    return fail(
        ErrorKind::conflict,
        std::format("{} of {} is not in nodes.addresses ({})", to_string(node.address), node.name,
                    to_string(spec_.nodes.addresses)),
        "give it an address in there, or make nodes.addresses longer; nothing was imported");
  }
  return {};
}

plan::Plan Cluster::head_plan() {
  const auto nodes = registry_->nodes();
  const hpc::UserTable table = people_->users();
  return plans::plan_head(view(spec_, nodes, table)).plan;
}

NodePlans& Cluster::node_plans() {
  node_plans_.refresh(decisions_->count(), [this] {
    const hpc::UserTable table = people_->users();
    return plans::plan_shared(nodes_view(table));
  });
  return node_plans_;
}

void Cluster::tick() {
  const std::int64_t moved = clock_.moved_ms(os::now_ms(), steady_ms());
  if (moved != 0) {
    std::println(stderr, "musterd: the clock was set {} s {}", std::abs(moved) / 1000,
                 moved > 0 ? "forward" : "back");
    clock_.follow(moved);
    adoption_->follow_clock(moved);
  }
  pending_.retry(steady_ms());
  registry_->tick(now());
  say_wanted();
  change_feed_->pass_time(now());
  extensions_->look_at_cluster();
  extension_work_->pass_time();
  operations_->pass_time(now(), [this](const std::string& node_id) {
    const auto node = registry_->find(node_id);
    using operations::Presence;
    if (!node) return Presence::other;
    return node->state == provisioning::NodeState::ready ? Presence::ready
           : node->state == provisioning::NodeState::off ? Presence::off
                                                         : Presence::other;
  });
}

std::string Cluster::wanted_of(const std::string& node_id) {
  // As readers see it: a word for what is not on disk yet would be taken back.
  const auto node = registry_->find(node_id);
  return node ? wanted_word(node_plans(), *node) : std::string();
}

void Cluster::say_wanted() {
  const std::uint64_t all = decisions_->count() + wishes_;
  if (all == said_ && !operations_->owes_words()) return;
  if (all != said_) {
    const NodePlans& plans = node_plans();
    words_.clear();
    registry_->each([&](const provisioning::Node& node) {
      words_.insert_or_assign(node.id, wanted_word(plans, node));
    });
    said_ = all;
  }
  operations_->say_wanted(
      [this](const std::string& node_id) -> std::optional<std::string> {
        const auto found = words_.find(node_id);
        return found == words_.end() ? std::nullopt : std::optional(found->second);
      },
      now());
}

Result<Cluster::Changes> Cluster::changes_of(const spec::ClusterSpec& spec) {
  const auto nodes = registry_->nodes();
  const hpc::UserTable now = people_->users();
  const plans::SpecUsers wanted = plans::with_spec_users(now, spec, people_->taken_over());
  if (!wanted.refused.empty()) return std::unexpected(wanted.refused.front());
  const plans::SpecUsers rest = plans::without_leavers(wanted.table, spec, wanted.known);
  const hpc::UserTable& then = rest.table;
  const provisioning::Node node = nodes.empty() ? plans::first_node(spec) : nodes.front();
  std::set<std::string> running;
  for (const provisioning::Node& each : nodes) {
    if (each.state == provisioning::NodeState::ready) running.insert(each.running_profile());
  }
  return Changes{
      .head = plan::diff(plans::plan_head(view(spec_, nodes, now)).plan,
                         plans::plan_head(view(spec, nodes, then)).plan),
      .nodes = plans::changes_on_nodes(view(spec_, {}, now), view(spec, {}, then), node, running),
      .leavers = plans::leavers(wanted.table, spec, wanted.known)};
}

}  // namespace muster::control
