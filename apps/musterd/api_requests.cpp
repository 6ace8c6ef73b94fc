#include "apps/musterd/api_requests.h"

#include <algorithm>
#include <format>
#include <limits>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/spec/node_names.h"
#include "core/spec/parse.h"
#include "core/task/task.h"

namespace muster::daemon {
namespace {

using nlohmann::json;
using provisioning::DhcpMode;
using provisioning::Node;
using provisioning::Policy;

/// A year: whoever wants more wants "for ever".
constexpr std::uint64_t kMaxMinutes = 525'600;

Result<json> parse_object(std::string_view body) {
  json value = json::parse(body, nullptr, false);
  if (!value.is_object()) return fail("the request's body is not a JSON object");
  return value;
}

/// Empty when absent.
Result<std::string> text(const json& value, const char* name) {
  const auto found = value.find(name);
  if (found == value.end()) return std::string();
  if (!found->is_string()) return fail(std::format("'{}' must be text", name));
  return found->get<std::string>();
}

Result<std::vector<std::string>> texts(const json& value, const char* name) {
  const auto found = value.find(name);
  const bool listed = found != value.end() && found->is_array() &&
                      std::ranges::all_of(*found, [](const json& e) { return e.is_string(); });
  if (!listed) return fail(std::format("'{}' must be a list of texts", name));
  return found->get<std::vector<std::string>>();
}

/// A whole number; `absent` when it is not there. A number that does not fit is refused here:
/// nlohmann's get would cut its upper bits off and make another number of it.
Result<std::uint64_t> number(const json& value, const char* name, std::uint64_t largest,
                             std::uint64_t absent) {
  const auto found = value.find(name);
  if (found == value.end()) return absent;
  if (!found->is_number_unsigned() || found->get<std::uint64_t>() > largest) {
    return fail(std::format("'{}' must be a whole number from 0 to {}", name, largest));
  }
  return found->get<std::uint64_t>();
}

/// False when absent.
Result<bool> flag(const json& value, const char* name) {
  const auto found = value.find(name);
  if (found == value.end()) return false;
  if (!found->is_boolean()) return fail(std::format("'{}' must be true or false", name));
  return found->get<bool>();
}

/// Refuses what is no host name at all; Cluster knows which names are taken, "HEAD" too.
Status check_label(const std::string& name) {
  return is_host_label(name) ? Status() : spec::check_node_name(name);
}

Result<Node> parse_imported(const json& entry) {
  if (!entry.is_object()) return fail("a node is an object with 'name', 'address' and 'mac'");
  Node node;
  TRY_ASSIGN(node.name, text(entry, "name"));
  if (node.name.empty()) return fail("every node needs a 'name'");
  TRY(check_label(node.name));
  TRY_ASSIGN(const std::string address, text(entry, "address"));
  TRY_ASSIGN(node.address, parse_ipv4(address));
  // Zero stands for "none yet" in a node: two of them would not be seen as a clash.
  if (node.address.value == 0) return fail("address 0.0.0.0 is no machine's");
  TRY_ASSIGN(const std::string mac_text, text(entry, "mac"));
  TRY_ASSIGN(const MacAddress mac, parse_mac(mac_text));
  node.hardware.macs = {mac};
  return node;
}

}  // namespace

bool NodeQuery::wants(const Node& node) const {
  if (!is_narrow) return true;
  if (!node.name.empty() && names.contains(node.name)) return true;
  return std::ranges::any_of(machines, [&node](const std::string& machine) {
    if (machine == node.id || (!node.name.empty() && machine == node.name)) return true;
    const auto mac = parse_mac(machine);
    return mac && std::ranges::contains(node.hardware.macs, *mac);
  });
}

Result<NodeQuery> parse_node_query(const std::map<std::string, std::string>& query) {
  NodeQuery wanted;
  if (const auto names = query.find("names"); names != query.end()) {
    wanted.is_narrow = true;
    TRY_ASSIGN(wanted.names, parse_node_set(names->second));
  }
  if (const auto machines = query.find("machines"); machines != query.end()) {
    wanted.is_narrow = true;
    wanted.machines = split(machines->second, ',');
  }
  if (const auto detail = query.find("detail"); detail != query.end()) {
    if (detail->second != "wide") return fail("'detail' is not 'wide'", "leave it out for less");
    wanted.detail = Detail::wide;
  }
  return wanted;
}

Result<state::Revision> parse_applied_query(const std::map<std::string, std::string>& query) {
  const auto since = query.find("since");
  const auto revision = since == query.end() ? std::nullopt : parse_number(since->second);
  if (!revision) return fail("'since' must be a whole number");
  return *revision;
}

Result<std::vector<std::string>> parse_node_list(std::string_view body) {
  TRY_ASSIGN(const json value, parse_object(body));
  return texts(value, "nodes");
}

Result<AdoptionRequest> parse_adoption_request(std::string_view body) {
  TRY_ASSIGN(const json value, parse_object(body));
  AdoptionRequest request;
  TRY_ASSIGN(request.nodes, texts(value, "nodes"));
  TRY_ASSIGN(request.name, text(value, "name"));
  if (request.name.empty()) return request;
  if (request.nodes.size() != 1) return fail("'name' is for one machine; name one in 'nodes'");
  TRY(check_label(request.name));
  return request;
}

Result<ProfileRequest> parse_profile_request(std::string_view body) {
  TRY_ASSIGN(const json value, parse_object(body));
  ProfileRequest request;
  TRY_ASSIGN(request.nodes, texts(value, "nodes"));
  TRY_ASSIGN(request.profile, text(value, "profile"));
  if (request.profile.empty()) return fail("'profile' is needed");
  return request;
}

Result<std::vector<Node>> parse_import(std::string_view body) {
  TRY_ASSIGN(const json value, parse_object(body));
  const auto list = value.find("nodes");
  if (list == value.end() || !list->is_array()) return fail("'nodes' must be a list of nodes");
  std::vector<Node> nodes;
  for (const json& entry : *list) {
    TRY_ASSIGN(Node node, parse_imported(entry));
    nodes.push_back(std::move(node));
  }
  return nodes;
}

Result<RebootRequest> parse_reboot_request(std::string_view body) {
  constexpr std::size_t kLongestName = 64;
  constexpr std::size_t kLongestReason = 200;
  TRY_ASSIGN(const json value, parse_object(body));
  RebootRequest request;
  TRY_ASSIGN(request.nodes, texts(value, "nodes"));
  TRY_ASSIGN(const std::string by, text(value, "by"));
  TRY_ASSIGN(const std::string reason, text(value, "reason"));
  request.reason = printable(reason, kLongestReason);
  request.why = "asked for by " + (by.empty() ? "somebody" : printable(by, kLongestName));
  if (!reason.empty()) request.why += ": " + request.reason;
  TRY_ASSIGN(request.drains, flag(value, "drain"));
  TRY_ASSIGN(const std::uint64_t at_once, number(value, "at_once", NodeSet::kMaxNodes, 0));
  request.at_once = static_cast<std::uint32_t>(at_once);
  return request;
}

Result<ExecRequest> parse_exec_request(std::string_view body) {
  TRY_ASSIGN(const json value, parse_object(body));
  ExecRequest request;
  TRY_ASSIGN(request.nodes, texts(value, "nodes"));
  TRY_ASSIGN(request.command, texts(value, "command"));
  if (const Status good = task::check_words(request.command); !good) {
    return fail(std::format("'command' {}", good.error().message));
  }
  TRY_ASSIGN(const std::uint64_t timeout,
             number(value, "timeout_s", task::kLongestTimeout, request.timeout_s));
  if (timeout == 0) return fail("'timeout_s' must be a whole number from 1");
  request.timeout_s = static_cast<std::uint32_t>(timeout);
  return request;
}

Result<std::uint64_t> parse_seen_query(const std::map<std::string, std::string>& query) {
  const auto seen = query.find("seen");
  if (seen == query.end()) return 0;
  const auto version = parse_number(seen->second);
  if (!version) return fail("'seen' must be a whole number");
  return *version;
}

Result<ChangesRequest> parse_changes_query(const os::ServerRequest& request) {
  constexpr std::uint64_t kMostLast = 1000;
  ChangesRequest wanted;
  const auto accept = request.headers.find("accept");
  wanted.is_stream =
      accept != request.headers.end() && accept->second.contains("text/event-stream");
  const auto heard = request.headers.find("last-event-id");
  const auto since = request.query.find("since");
  if (heard != request.headers.end()) {
    wanted.since = parse_number(heard->second);
    if (!wanted.since) return fail("'Last-Event-ID' must be a whole number");
  } else if (since != request.query.end()) {
    wanted.since = parse_number(since->second);
    if (!wanted.since) return fail("'since' must be a whole number");
  }
  const auto last = request.query.find("last");
  if (last == request.query.end() || wanted.since) return wanted;
  wanted.last = parse_number(last->second);
  if (!wanted.last || *wanted.last < 1 || *wanted.last > kMostLast) {
    return fail(std::format("'last' must be a whole number from 1 to {}", kMostLast));
  }
  return wanted;
}

Result<DiscoveryRequest> parse_discovery(std::string_view body) {
  TRY_ASSIGN(const json value, parse_object(body));
  TRY_ASSIGN(const std::string policy, text(value, "policy"));
  if (policy != "open" && policy != "ask" && policy != "closed") {
    return fail("'policy' must be open, ask or closed");
  }
  TRY_ASSIGN(const std::uint64_t minutes, number(value, "minutes", kMaxMinutes, 0));
  return DiscoveryRequest{.policy = policy == "open"  ? Policy::open
                                    : policy == "ask" ? Policy::ask
                                                      : Policy::closed,
                          .minutes = static_cast<std::int64_t>(minutes)};
}

Result<DhcpMode> parse_dhcp_request(std::string_view body) {
  TRY_ASSIGN(const json value, parse_object(body));
  TRY_ASSIGN(const std::string mode, text(value, "mode"));
  if (mode == "serve") return DhcpMode::serve;
  if (mode == "proxy") return DhcpMode::proxy;
  return fail("'mode' must be serve or proxy");
}

Result<spec::ClusterSpec> parse_plan_request(std::string_view body) {
  TRY_ASSIGN(const json value, parse_object(body));
  TRY_ASSIGN(const std::string yaml, text(value, "spec"));
  auto outcome = spec::parse_cluster(yaml, "cluster.yaml");
  if (outcome.spec) return std::move(*outcome.spec);
  return fail(spec::to_string(outcome.problems.front()), "'muster spec check' shows all problems");
}

Result<UserRequest> parse_user_request(std::string_view body) {
  TRY_ASSIGN(const json value, parse_object(body));
  UserRequest request;
  spec::User& user = request.user;
  TRY_ASSIGN(user.name, text(value, "name"));
  TRY_ASSIGN(user.full_name, text(value, "full_name"));
  if (value.contains("ssh_keys")) {
    TRY_ASSIGN(user.ssh_keys, texts(value, "ssh_keys"));
    request.names_keys = true;
  }
  if (value.contains("uid")) {
    constexpr std::uint64_t kLargest = std::numeric_limits<std::uint32_t>::max();
    TRY_ASSIGN(const std::uint64_t uid, number(value, "uid", kLargest, 0));
    user.uid = static_cast<std::uint32_t>(uid);
  }
  return request;
}

}  // namespace muster::daemon
