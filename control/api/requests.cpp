#include "control/api/requests.h"

#include <algorithm>
#include <format>

#include <nlohmann/json.hpp>

#include "control/api/request_schemas.h"
#include "core/base/text.h"
#include "core/json/schema.h"
#include "core/spec/node_names.h"
#include "core/spec/parse.h"
#include "core/task/task.h"

namespace muster::api {
namespace {

using nlohmann::json;
using provisioning::DhcpMode;
using provisioning::Node;
using provisioning::Policy;

/// The body of an import, the deepest, has three: object, list, object.
constexpr muster::json::Limits kLimits = {.bytes = std::size_t{16} << 20U, .depth = 8};

/// The body as a value of the schema.
Result<json> read_body(std::string_view body, const muster::json::Schema& schema) {
  TRY_ASSIGN(json value, muster::json::parse(body, kLimits));
  if (!value.is_object()) return fail("the request's body is not a JSON object");
  muster::json::Problems problems;
  check(value, schema, problems);
  TRY(problems.status());
  return value;
}

/// Empty when absent.
std::string text_in(const json& value, const char* name) {
  return value.value(name, std::string());
}

std::vector<std::string> texts_in(const json& value, const char* name) {
  return value.value(name, std::vector<std::string>());
}

/// Refuses what is no host name at all; Cluster knows which names are taken, "HEAD" too.
Status check_label(const std::string& name) {
  return is_host_label(name) ? Status() : spec::check_node_name(name);
}

Result<Node> parse_imported(const json& entry) {
  Node node;
  node.name = text_in(entry, "name");
  if (node.name.empty()) return fail("every node needs a 'name'");
  TRY(check_label(node.name));
  TRY_ASSIGN(node.address, parse_ipv4(text_in(entry, "address")));
  // Zero stands for "none yet" in a node: two of them would not be seen as a clash.
  if (node.address.value == 0) return fail("address 0.0.0.0 is no machine's");
  TRY_ASSIGN(const MacAddress mac, parse_mac(text_in(entry, "mac")));
  node.hardware.macs = {mac};
  return node;
}

std::unexpected<Error> no_parameter(std::string_view page, std::string_view name,
                                    std::span<const muster::json::Property> known) {
  std::vector<std::string> names;
  for (const auto& property : known) names.emplace_back(property.name);
  return fail(std::format("{} has no parameter '{}'", page, printable(name, 64)),
              names.empty() ? "it has none" : "it has: " + join(names, ", "));
}

Result<UserRequest> read_user(std::string_view body, const muster::json::Schema& schema) {
  TRY_ASSIGN(const json value, read_body(body, schema));
  UserRequest request;
  request.user.name = text_in(value, "name");
  request.user.full_name = text_in(value, "full_name");
  request.user.ssh_keys = texts_in(value, "ssh_keys");
  request.names_keys = value.contains("ssh_keys");
  if (value.contains("uid")) request.user.uid = value["uid"].get<std::uint32_t>();
  return request;
}

}  // namespace

Status check_query(std::string_view page, const std::map<std::string, std::string>& query,
                   std::span<const muster::json::Property> known) {
  using muster::json::Property;
  json asked = json::object();
  for (const auto& [name, value] : query) {
    const auto found = std::ranges::find(known, name, &Property::name);
    if (found == known.end()) return no_parameter(page, name, known);
    const bool is_number = found->schema.type == muster::json::Schema::Type::number;
    const auto number = is_number ? parse_number(value) : std::nullopt;
    asked[name] = number ? json(*number) : json(value);
  }
  muster::json::Problems problems;
  check(asked, muster::json::object("a query", known), problems);
  return problems.status();
}

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
  TRY_ASSIGN(const json value, read_body(body, schemas::kNodeList));
  return texts_in(value, "nodes");
}

Result<AdoptionRequest> parse_adoption_request(std::string_view body) {
  TRY_ASSIGN(const json value, read_body(body, schemas::kAdoption));
  AdoptionRequest request;
  request.nodes = texts_in(value, "nodes");
  request.name = text_in(value, "name");
  if (request.name.empty()) return request;
  if (request.nodes.size() != 1) return fail("'name' is for one machine; name one in 'nodes'");
  TRY(check_label(request.name));
  return request;
}

Result<ProfileRequest> parse_profile_request(std::string_view body) {
  TRY_ASSIGN(const json value, read_body(body, schemas::kProfileChoice));
  ProfileRequest request;
  request.nodes = texts_in(value, "nodes");
  request.profile = text_in(value, "profile");
  if (request.profile.empty()) return fail("'profile' is needed");
  return request;
}

Result<ExtensionRequest> parse_extension_request(std::string_view body) {
  TRY_ASSIGN(const json value, read_body(body, schemas::kExtensionSettings));
  ExtensionRequest wanted{.extension = text_in(value, "extension"), .chosen = {}, .disabled = {}};
  if (value.contains("set")) {
    for (const json& each : value["set"]) {
      const bool is_new =
          wanted.chosen.emplace(text_in(each, "name"), text_in(each, "value")).second;
      if (!is_new) return fail(std::format("'{}' is set twice", text_in(each, "name")));
    }
  }
  if (value.contains("unset")) {
    for (const std::string& name : texts_in(value, "unset")) {
      const bool is_new = wanted.chosen.emplace(name, std::nullopt).second;
      if (!is_new) return fail(std::format("'{}' is set and unset", name));
    }
  }
  if (value.contains("disabled")) wanted.disabled = value["disabled"].get<bool>();
  if (wanted.disabled.has_value() != wanted.chosen.empty()) {
    return fail("one of 'set' and 'unset', or 'disabled', is needed, and not both");
  }
  return wanted;
}

Result<VerbRequest> parse_verb_request(std::string_view body) {
  TRY_ASSIGN(const json value, read_body(body, schemas::kVerb));
  VerbRequest wanted{
      .extension = text_in(value, "extension"), .verb = text_in(value, "verb"), .arguments = {}};
  if (value.contains("arguments")) wanted.arguments = texts_in(value, "arguments");
  if (wanted.arguments.empty()) return wanted;
  if (const Status good = task::check_words(wanted.arguments); !good) {
    return fail(std::format("'arguments' {}", good.error().message));
  }
  return wanted;
}

Result<std::vector<Node>> parse_import(std::string_view body) {
  TRY_ASSIGN(const json value, read_body(body, schemas::kImport));
  std::vector<Node> nodes;
  for (const json& entry : value["nodes"]) {
    TRY_ASSIGN(Node node, parse_imported(entry));
    nodes.push_back(std::move(node));
  }
  return nodes;
}

Result<RebootRequest> parse_reboot_request(std::string_view body, const std::string& who) {
  constexpr std::size_t kLongestName = 64;
  constexpr std::size_t kLongestReason = 200;
  TRY_ASSIGN(const json value, read_body(body, schemas::kRestart));
  RebootRequest request;
  request.nodes = texts_in(value, "nodes");
  const bool may_say = who.empty() || who == "root";
  const std::string said = may_say ? text_in(value, "by") : std::string();
  const std::string& by = said.empty() ? who : said;
  const std::string reason = text_in(value, "reason");
  request.reason = printable(reason, kLongestReason);
  request.why = "asked for by " + (by.empty() ? "somebody" : printable(by, kLongestName));
  if (!reason.empty()) request.why += ": " + request.reason;
  request.drains = value.value("drain", false);
  request.at_once = value.value("at_once", std::uint32_t{0});
  request.deadline_s = value.value("deadline_s", std::uint32_t{0});
  return request;
}

Result<ExecRequest> parse_exec_request(std::string_view body) {
  TRY_ASSIGN(const json value, read_body(body, schemas::kExec));
  ExecRequest request;
  request.nodes = texts_in(value, "nodes");
  request.command = texts_in(value, "command");
  if (const Status good = task::check_words(request.command); !good) {
    return fail(std::format("'command' {}", good.error().message));
  }
  request.timeout_s = value.value("timeout_s", request.timeout_s);
  request.retries = value.value("retries", request.retries);
  request.deadline_s = value.value("deadline_s", request.deadline_s);
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
  if (!wanted.last) return fail("'last' must be a whole number");
  return wanted;
}

Result<DiscoveryRequest> parse_discovery(std::string_view body) {
  TRY_ASSIGN(const json value, read_body(body, schemas::kDiscovery));
  // The schema let no other word pass.
  const auto word = std::ranges::find(spec::kAdoptionWords, text_in(value, "policy"));
  return DiscoveryRequest{.policy = static_cast<Policy>(word - spec::kAdoptionWords.begin()),
                          .minutes = value.value("minutes", std::int64_t{0})};
}

Result<DhcpMode> parse_dhcp_request(std::string_view body) {
  TRY_ASSIGN(const json value, read_body(body, schemas::kDhcpChoice));
  return text_in(value, "mode") == "serve" ? DhcpMode::serve : DhcpMode::proxy;
}

Result<RootDeed> parse_deed(std::string_view body) {
  TRY_ASSIGN(const json value, read_body(body, schemas::kDeed));
  RootDeed deed{.action = text_in(value, "action"), .request = text_in(value, "request")};
  constexpr std::size_t kLongestAction = 40;
  if (!deed.action.empty() && printable(deed.action, kLongestAction) == deed.action) return deed;
  return fail("'action' is no verb of the command line");
}

Result<spec::ClusterSpec> parse_plan_request(std::string_view body) {
  TRY_ASSIGN(const json value, read_body(body, schemas::kPlan));
  const std::string yaml = text_in(value, "spec");
  auto outcome = spec::parse_cluster(yaml, "cluster.yaml");
  if (outcome.spec) return std::move(*outcome.spec);
  return fail(spec::to_string(outcome.problems.front()), "'muster spec check' shows all problems");
}

Result<UserRequest> parse_user_request(std::string_view body) {
  return read_user(body, schemas::kNewUser);
}

Result<UserRequest> parse_user_change(std::string_view body) {
  return read_user(body, schemas::kChangedUser);
}

}  // namespace muster::api
