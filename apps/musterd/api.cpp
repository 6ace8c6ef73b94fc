#include "apps/musterd/api.h"

#include <algorithm>
#include <format>
#include <map>

#include <nlohmann/json.hpp>

#include "apps/musterd/health.h"
#include "core/base/node_set.h"
#include "core/base/text.h"

namespace muster::daemon {
namespace {

using nlohmann::json;
using os::ServerRequest;
using os::ServerResponse;
using provisioning::Node;
using provisioning::NodeState;
using provisioning::Policy;

ServerResponse answer(const json& value, int status = 200) {
  return {.status = status, .body = value.dump(-1, ' ', false, json::error_handler_t::replace)};
}

ServerResponse refuse(int status, const Error& error) {
  return answer({{"error", error.message}, {"hint", error.hint}}, status);
}

Result<json> parse_object(const ServerRequest& request) {
  json value = json::parse(request.body, nullptr, false);
  if (!value.is_object()) return fail("the request's body is not a JSON object");
  return value;
}

/// A list of texts; an error names the member.
Result<std::vector<std::string>> texts(const json& value, const char* name) {
  const auto found = value.find(name);
  const bool listed = found != value.end() && found->is_array() &&
                      std::ranges::all_of(*found, [](const json& e) { return e.is_string(); });
  if (!listed) return fail(std::format("'{}' must be a list of texts", name));
  return found->get<std::vector<std::string>>();
}

/// What lists show; `node show` has the rest.
json summary(const Node& node) {
  return {{"id", node.id},
          {"name", node.name},
          {"address", node.address.value == 0 ? "" : to_string(node.address)},
          {"mac", to_string(node.hardware.macs.front())},
          {"state", provisioning::to_string(node.state)},
          {"stage", node.stage},
          {"progress", node.progress},
          {"reason", node.reason},
          {"cpus", node.hardware.cpus()},
          {"memory", node.hardware.memory.count},
          {"seen_ms", node.seen_ms}};
}

json user_json(const hpc::ClusterUser& user) {
  return {{"name", user.name},
          {"uid", user.uid},
          {"full_name", user.full_name},
          {"home", hpc::home_of(user.name)},
          {"ssh_keys", user.ssh_keys}};
}

std::string_view policy_name(Policy policy) {
  return policy == Policy::open ? "open" : policy == Policy::ask ? "ask" : "closed";
}

json count_states(const std::vector<Node>& nodes) {
  std::map<std::string, int> counts = {{"ready", 0}, {"booting", 0}, {"failed", 0}};
  for (const Node& node : nodes) ++counts[std::string(provisioning::to_string(node.state))];
  json result = counts;
  result["total"] = nodes.size();
  return result;
}

}  // namespace

ServerResponse Api::status() {
  const Health health = read_health(cluster_, runner_);
  json services = json::array();
  for (const ServiceState& s : health.services)
    services.push_back({{"unit", s.unit}, {"state", s.state}});
  json problems = json::array();
  for (const Problem& p : health.problems)
    problems.push_back({{"what", p.what}, {"next", p.next_step}});
  const bool running = std::ranges::all_of(
      health.services, [](const ServiceState& s) { return s.state == "active"; });
  return answer({{"cluster", cluster_.spec().name},
                 {"head",
                  {{"name", cluster_.spec().head.hostname},
                   {"address", to_string(cluster_.spec().head.address.address)},
                   {"interface", cluster_.facts().interface},
                   {"live", cluster_.facts().live}}},
                 {"dhcp", provisioning::to_string(cluster_.dhcp_mode())},
                 {"adoption", policy_name(cluster_.registry().policy(now_ms()))},
                 {"nodes", count_states(cluster_.registry().nodes())},
                 {"services", std::move(services)},
                 {"problems", std::move(problems)},
                 {"ready", running}});
}

ServerResponse Api::nodes(const ServerRequest& request) {
  const auto wanted = request.query.find("names");
  NodeSet names;
  if (wanted != request.query.end()) {
    auto parsed = parse_node_set(wanted->second);
    if (!parsed) return refuse(400, parsed.error());
    names = std::move(*parsed);
  }
  json list = json::array();
  for (const Node& node : cluster_.registry().nodes()) {
    if (wanted == request.query.end() || (!node.name.empty() && names.contains(node.name))) {
      list.push_back(summary(node));
    }
  }
  return answer({{"nodes", std::move(list)}, {"now_ms", now_ms()}});
}

ServerResponse Api::node(const std::string& name) {
  const auto found = cluster_.registry().find(name);
  if (!found) {
    return refuse(404, {.message = std::format("there is no node '{}'", printable(name)),
                        .hint = "'muster node list' shows them"});
  }
  return answer(provisioning::to_json(*found));
}

ServerResponse Api::events(const std::string& name) {
  const auto found = cluster_.registry().find(name);
  if (!found) {
    return refuse(404, {.message = std::format("there is no node '{}'", printable(name)),
                        .hint = "'muster node list' shows them"});
  }
  const auto events = cluster_.store().events(found->id, 500);
  if (!events) return refuse(500, events.error());
  json list = json::array();
  for (const state::Event& event : *events) {
    list.push_back({{"time_ms", event.time_ms}, {"kind", event.kind}, {"text", event.text}});
  }
  return answer({{"node", provisioning::to_json(*found)}, {"events", std::move(list)}});
}

ServerResponse Api::adopt(const ServerRequest& request) {
  const auto body = parse_object(request);
  if (!body) return refuse(400, body.error());
  const auto ids = texts(*body, "nodes");
  if (!ids) return refuse(400, ids.error());
  const auto names = cluster_.registry().adopt(*ids, now_ms());
  if (!names) return refuse(404, names.error());
  return answer({{"names", *names}});
}

ServerResponse Api::remove_nodes(const ServerRequest& request) {
  const auto body = parse_object(request);
  if (!body) return refuse(400, body.error());
  const auto names = texts(*body, "nodes");
  if (!names) return refuse(400, names.error());
  const Status done = cluster_.registry().remove(*names, now_ms());
  return done ? answer(json::object()) : refuse(404, done.error());
}

ServerResponse Api::import_nodes(const ServerRequest& request) {
  const auto body = parse_object(request);
  if (!body) return refuse(400, body.error());
  std::vector<Node> nodes;
  for (const json& entry : body->value("nodes", json::array())) {
    Node node;
    if (!entry.is_object() || !entry.contains("name") || !is_host_label(entry.value("name", ""))) {
      return refuse(400, {.message = "every node needs a plain 'name'"});
    }
    node.name = entry.value("name", "");
    const auto address = parse_ipv4(entry.value("address", ""));
    if (!address) return refuse(400, address.error());
    const auto mac = parse_mac(entry.value("mac", ""));
    if (!mac) return refuse(400, mac.error());
    node.address = *address;
    node.hardware.macs = {*mac};
    node.hardware.memory = Bytes::from_mib(1024);
    nodes.push_back(std::move(node));
  }
  const std::size_t count = nodes.size();
  const Status done = cluster_.registry().import(std::move(nodes), now_ms());
  return done ? answer({{"imported", count}}) : refuse(409, done.error());
}

ServerResponse Api::discovery(const ServerRequest& request) {
  const auto body = parse_object(request);
  if (!body) return refuse(400, body.error());
  const std::string policy = body->value("policy", "");
  const std::int64_t minutes = body->value("minutes", 0);
  if ((policy != "open" && policy != "ask" && policy != "closed") || minutes < 0 ||
      minutes > 525'600) {
    return refuse(400, {.message = "'policy' must be open, ask or closed, 'minutes' 0–525600"});
  }
  cluster_.registry().set_policy(policy == "open"  ? Policy::open
                                 : policy == "ask" ? Policy::ask
                                                   : Policy::closed,
                                 minutes == 0 ? 0 : now_ms() + minutes * 60'000);
  return answer(json::object());
}

ServerResponse Api::dhcp(const ServerRequest& request) {
  const auto body = parse_object(request);
  if (!body) return refuse(400, body.error());
  const std::string mode = body->value("mode", "");
  if (mode != "serve" && mode != "proxy") {
    return refuse(400, {.message = "'mode' must be serve or proxy"});
  }
  const Status done = cluster_.set_dhcp_mode(mode == "serve" ? provisioning::DhcpMode::serve
                                                             : provisioning::DhcpMode::proxy);
  return done ? answer(json::object()) : refuse(500, done.error());
}

ServerResponse Api::list_users() {
  json list = json::array();
  for (const hpc::ClusterUser& user : cluster_.users().users()) list.push_back(user_json(user));
  return answer({{"users", std::move(list)}});
}

ServerResponse Api::add_user(const ServerRequest& request) {
  const auto body = parse_object(request);
  if (!body) return refuse(400, body.error());
  spec::User wanted{.name = body->value("name", ""), .full_name = body->value("full_name", "")};
  wanted.ssh_keys = body->value("ssh_keys", std::vector<std::string>());
  if (body->contains("uid")) wanted.uid = body->at("uid").get<std::uint32_t>();
  const auto user = cluster_.add_user(wanted);
  if (!user) return refuse(409, user.error());
  // Who asked may log in as the user the moment this is answered.
  json value = user_json(*user);
  value["on_head"] = cluster_.wait_until_held(std::chrono::seconds(30));
  return answer(value);
}

ServerResponse Api::remove_user(const std::string& name) {
  const Status done = cluster_.remove_user(name);
  return done ? answer(json::object()) : refuse(404, done.error());
}

ServerResponse Api::handle(const ServerRequest& request) {
  try {
    const bool get = request.method == "GET";
    const bool post = request.method == "POST";
    const std::string_view path = request.path;
    constexpr std::string_view kNode = "/v1/nodes/";
    constexpr std::string_view kUser = "/v1/users/";
    if (get && path == "/v1/status") return status();
    if (get && path == "/v1/nodes") return nodes(request);
    if (post && path == "/v1/nodes/adopt") return adopt(request);
    if (post && path == "/v1/nodes/remove") return remove_nodes(request);
    if (post && path == "/v1/nodes/import") return import_nodes(request);
    if (post && path == "/v1/discovery") return discovery(request);
    if (post && path == "/v1/dhcp") return dhcp(request);
    if (get && path == "/v1/plan/head") return answer(plan::to_json(cluster_.head_plan()));
    if (get && path == "/v1/users") return list_users();
    if (post && path == "/v1/users") return add_user(request);
    if (request.method == "DELETE" && path.starts_with(kUser)) {
      return remove_user(std::string(path.substr(kUser.size())));
    }
    if (get && path.starts_with(kNode)) {
      std::string name(path.substr(kNode.size()));
      if (!name.ends_with("/events")) return node(name);
      return events(name.substr(0, name.size() - 7));
    }
    return refuse(404, {.message = "no such page"});
  } catch (const json::exception& error) {
    // A member of the wrong type; the request changed nothing.
    return refuse(400, {.message = std::format("the request is not understood: {}", error.what())});
  }
}

}  // namespace muster::daemon
