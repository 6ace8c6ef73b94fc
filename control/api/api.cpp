#include "control/api/api.h"

#include <algorithm>
#include <array>
#include <format>
#include <map>

#include <nlohmann/json.hpp>

#include "control/api/answers.h"
#include "control/api/node_json.h"
#include "control/api/requests.h"
#include "control/command_log.h"
#include "control/health.h"
#include "control/scheduler.h"
#include "core/base/node_set.h"
#include "core/base/text.h"
#include "core/spec/json.h"
#include "core/spec/node_names.h"
#include "core/spec/volumes.h"
#include "explain/explanations.h"
#include "head/firewall.h"

namespace muster::api {
namespace {

using control::Cluster;
using control::Drift;
using control::Health;
using control::NodePlans;
using control::Problem;
using control::read_drift;
using control::read_health;
using control::read_scheduler;
using control::read_site;
using control::said_of;
using control::SchedulerNodes;
using control::ServiceState;
using nlohmann::json;
using os::ServerRequest;
using os::ServerResponse;
using provisioning::Node;
using provisioning::NodeState;
using provisioning::Policy;

std::string_view policy_name(Policy policy) {
  return spec::kAdoptionWords.at(static_cast<std::size_t>(policy));
}

json count_states(const provisioning::Registry& registry) {
  std::map<std::string, int> counts = {{"ready", 0}, {"booting", 0}, {"failed", 0}, {"total", 0}};
  registry.each([&](const Node& node) {
    ++counts[std::string(provisioning::to_string(node.state))];
    ++counts["total"];
  });
  return counts;
}

/// What somebody changed on the head within the last hour.
json drift_json(Cluster& cluster) {
  json list = json::array();
  for (const Drift::Entry& entry : read_drift(cluster).recent(cluster.now_ms())) {
    list.push_back({{"what", entry.step}, {"times", entry.times}, {"last_ms", entry.last_ms}});
  }
  return list;
}

std::string_view route_name(spec::Route route) {
  return route == spec::Route::nat ? "nat" : route == spec::Route::direct ? "direct" : "none";
}

/// The network to the site; null where there is none.
json site_json(Cluster& cluster) {
  const auto site = read_site(cluster);
  if (!site) return nullptr;
  return {{"link", site->link},
          {"carrier", site->carrier},
          {"address", site->address},
          {"gateway", site->gateway},
          {"dns", site->dns}};
}

/// Operations::draining
using Draining = std::map<std::string, std::string>;

/// What only the head knows of a node.
NodeContext context_of(const Cluster& cluster, const NodePlans& plans,
                       const SchedulerNodes& scheduler, const Draining& draining,
                       const Node& node) {
  const auto leaves = draining.find(node.id);
  return {.holds_plan = plans.is_held_by(node),
          .image = cluster.boots().image_name_of(node),
          .outdated = cluster.boots().is_outdated(node),
          .draining = leaves == draining.end() ? std::string() : leaves->second,
          .scheduler = said_of(node, scheduler),
          .seen_ms = node.seen_ms,
          .names = cluster.names()};
}

Error no_node(const std::string& name) {
  return {.message = std::format("there is no node '{}'", printable(name)),
          .hint = "'muster node list' shows them",
          .kind = ErrorKind::absent};
}

/// All that is known of a node.
json described(Cluster& cluster, const Node& node) {
  return node_json(node, context_of(cluster, cluster.node_plans(), read_scheduler(),
                                    cluster.operations().draining(), node));
}

/// Whether all that head and nodes share lies on the state disk.
bool keeps_all(const Cluster& cluster) {
  return cluster.facts().kept.size() == spec::shared_mounts(cluster.spec()).size();
}

}  // namespace

ServerResponse Api::status(const ServerRequest&) {
  const Health health = read_health(cluster_, services_);
  json services = json::array();
  for (const ServiceState& s : health.services)
    services.push_back({{"unit", s.unit}, {"state", s.state}});
  json problems = json::array();
  for (const Problem& p : health.problems)
    problems.push_back({{"id", explain::id_of(p.what)}, {"what", p.what}, {"next", p.next_step}});
  const bool running = std::ranges::all_of(
      health.services, [](const ServiceState& s) { return s.state == "active"; });
  return answer(
      {{"cluster", cluster_.spec().name},
       {"head",
        {{"name", cluster_.spec().head.hostname},
         {"address", to_string(cluster_.spec().head.address.address)},
         {"interface", cluster_.facts().interface},
         {"live", cluster_.facts().live},
         {"keeps_state", !cluster_.facts().live || keeps_all(cluster_)}}},
       {"external", site_json(cluster_)},
       {"route", route_name(head::route_of(cluster_.spec(), cluster_.facts().external))},
       {"dhcp", provisioning::to_string(cluster_.dhcp().mode())},
       {"adoption", policy_name(cluster_.registry().discovery().policy(cluster_.now_ms()))},
       {"nodes", count_states(cluster_.registry())},
       {"scheduler", control::summary_json(read_scheduler())},
       {"services", std::move(services)},
       {"put_right", drift_json(cluster_)},
       {"now_ms", cluster_.now_ms()},
       {"problems", std::move(problems)},
       {"remarks", spec::to_json(cluster_.remarks())},
       {"ready", running}});
}

ServerResponse Api::nodes(const ServerRequest& request) {
  const auto wanted = parse_node_query(request.query);
  if (!wanted) return refuse_request(wanted.error());
  std::string list;
  const NodePlans& plans = cluster_.node_plans();
  const SchedulerNodes scheduler = read_scheduler();
  const Draining draining = cluster_.operations().draining();
  for (const auto& [node, seen_ms] : cluster_.registry().snapshot().nodes) {
    if (!wanted->wants(*node)) continue;
    NodeContext context = context_of(cluster_, plans, scheduler, draining, *node);
    context.seen_ms = seen_ms;
    list += (list.empty() ? "" : ",") + summary_json(*node, context, wanted->detail);
  }
  return {.status = 200,
          .body = std::format(R"({{"nodes":[{}],"now_ms":{}}})", list, cluster_.now_ms())};
}

ServerResponse Api::groups(const ServerRequest&) {
  // A state or a profile that no node has is a group all the same: nobody shall be told that there
  // is no group of nodes that failed.
  std::map<std::string, std::vector<std::string>, std::less<>> members = {{"*", {}}};
  for (const spec::OwnGroup& own : spec::kOwnGroups) members[std::string(own.name)];
  for (const NodeState state : provisioning::kStatesWithName) {
    members[std::string(provisioning::to_string(state))];
  }
  for (const spec::Profile& profile : cluster_.spec().profiles) members[profile.name];
  const provisioning::Boots& boots = cluster_.boots();
  const Draining draining = cluster_.operations().draining();
  cluster_.registry().each([&](const Node& node) {
    if (node.name.empty()) return;
    const bool drains = node.state == NodeState::ready && draining.contains(node.id);
    if (drains) members[std::string(spec::kDrainingGroup)].push_back(node.name);
    members["*"].push_back(node.name);
    if (boots.is_outdated(node)) members[std::string(spec::kOutdatedGroup)].push_back(node.name);
    members[std::string(provisioning::to_string(node.state))].push_back(node.name);
    members[boots.empty() ? node.profile : boots.name_of(node.profile)].push_back(node.name);
  });
  json list = json::array();
  for (const spec::Group& group : cluster_.spec().groups) {
    list.push_back({{"name", group.name}, {"nodes", group.nodes}});
  }
  for (const auto& [name, names] : members) {
    const auto nodes = NodeSet::from_names(names);
    if (!nodes) return os::refusal(nodes.error());
    list.push_back({{"name", name}, {"nodes", to_string(*nodes)}});
  }
  return answer({{"groups", std::move(list)}});
}

ServerResponse Api::node(const std::string& name) {
  const auto found = cluster_.registry().find(name);
  if (!found) return os::refusal(no_node(name));
  return answer(described(cluster_, *found));
}

ServerResponse Api::events(const std::string& name) {
  const auto found = cluster_.registry().find(name);
  if (!found) return os::refusal(no_node(name));
  const auto events = cluster_.store().events(found->id, 500);
  if (!events) return os::refusal(events.error());
  json list = json::array();
  for (const state::Event& event : *events) {
    list.push_back({{"time_ms", event.time_ms}, {"kind", event.kind}, {"text", event.text}});
  }
  return answer({{"node", described(cluster_, *found)},
                 {"events", std::move(list)},
                 {"now_ms", cluster_.now_ms()}});
}

ServerResponse Api::adopt(const ServerRequest& request) {
  const auto wanted = parse_adoption_request(request.body);
  if (!wanted) return refuse_request(wanted.error());
  if (!wanted->name.empty()) {
    const Status done = cluster_.adopt_as(wanted->nodes.front(), wanted->name);
    return done ? answer({{"names", {wanted->name}}}) : os::refusal(done.error());
  }
  const auto names = cluster_.registry().node_decisions().adopt(wanted->nodes, cluster_.now());
  if (!names) return os::refusal(names.error());
  return answer({{"names", *names}});
}

ServerResponse Api::set_nodes(const ServerRequest& request) {
  const auto wanted = parse_profile_request(request.body);
  if (!wanted) return refuse_request(wanted.error());
  const Status done = cluster_.set_profile(wanted->nodes, wanted->profile);
  return answer(done);
}

ServerResponse Api::profiles(const ServerRequest&) {
  std::map<std::string, int, std::less<>> counts;
  cluster_.registry().each([&](const Node& node) {
    if (!node.name.empty()) ++counts[cluster_.boots().name_of(node.profile)];
  });
  json list = json::array();
  for (const spec::Profile& profile : cluster_.spec().profiles) {
    if (!cluster_.boots().knows(profile.name)) continue;
    const auto& boot = cluster_.boots().of(profile.name);
    auto words = spec::texts_of(boot.image.kernel_arguments);
    for (const auto& argument : profile.kernel_arguments) words.push_back(argument.text());
    list.push_back({{"name", profile.name},
                    {"image", boot.image.name},
                    {"image_size", boot.image.size().count},
                    {"kernel_arguments", std::move(words)},
                    {"nodes", counts[profile.name]}});
  }
  return answer({{"profiles", std::move(list)}});
}

ServerResponse Api::remove_nodes(const ServerRequest& request) {
  const auto names = parse_node_list(request.body);
  if (!names) return refuse_request(names.error());
  const Status done = cluster_.registry().node_decisions().remove(*names, cluster_.now());
  return answer(done);
}

ServerResponse Api::import_nodes(const ServerRequest& request) {
  const auto nodes = parse_import(request.body);
  if (!nodes) return refuse_request(nodes.error());
  for (const Node& imported : *nodes) {
    const Status fits = cluster_.fits(imported);
    if (!fits) return os::refusal(fits.error());
  }
  const auto done = cluster_.registry().node_decisions().import(*nodes, cluster_.now());
  if (!done) return os::refusal(done.error());
  return answer({{"imported", done->changed}, {"unchanged", done->unchanged}});
}

ServerResponse Api::plan_changes(const ServerRequest& request) {
  const auto spec = parse_plan_request(request.body);
  if (!spec) return refuse_request(spec.error());
  const auto changes = cluster_.changes_of(*spec);
  if (!changes) return os::refusal(changes.error());
  return answer({{"head", plan::to_view(changes->head)},
                 {"node", plan::to_view(changes->nodes.all)},
                 {"profiles", plans::to_view(changes->nodes.by_profile)},
                 {"leavers", changes->leavers}});
}

ServerResponse Api::discovery(const ServerRequest& request) {
  const auto wanted = parse_discovery(request.body);
  if (!wanted) return refuse_request(wanted.error());
  const Status done = cluster_.adoption().decide(
      wanted->policy, wanted->minutes == 0 ? 0 : cluster_.now_ms() + wanted->minutes * 60'000);
  return answer(done);
}

ServerResponse Api::show_discovery(const ServerRequest&) {
  return answer({{"policy", policy_name(cluster_.registry().discovery().policy(cluster_.now_ms()))},
                 {"until_ms", cluster_.adoption().until_ms()},
                 {"now_ms", cluster_.now_ms()}});
}

ServerResponse Api::show_dhcp(const ServerRequest&) {
  return answer({{"mode", provisioning::to_string(cluster_.dhcp().mode())}});
}

ServerResponse Api::dhcp(const ServerRequest& request) {
  const auto mode = parse_dhcp_request(request.body);
  if (!mode) return refuse_request(mode.error());
  const Status done = cluster_.dhcp().decide(*mode);
  return answer(done);
}

ServerResponse Api::head_plan(const ServerRequest&) {
  return answer(plan::to_view(cluster_.head_plan()));
}

ServerResponse Api::copy_database(const ServerRequest& request) {
  if (!request.is_of_root()) {
    return os::refusal({.message = "only root may have a copy of the head's database",
                        .hint = "'muster backup FILE' makes a backup; run it with sudo",
                        .kind = ErrorKind::denied});
  }
  const auto copy = cluster_.copy_database();
  if (!copy) return os::refusal(copy.error());
  return answer({{"database", *copy}});
}

ServerResponse Api::applied(const ServerRequest& request) {
  const auto since = parse_applied_query(request.query);
  if (!since) return refuse_request(since.error());
  const bool applied = cluster_.publisher().applied() >= *since;
  return answer(
      {{"applied", applied}, {"succeeded", applied && cluster_.publisher().is_plan_true()}});
}

}  // namespace muster::api
