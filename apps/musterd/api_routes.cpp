// Which page answers which request.

#include <array>
#include <exception>
#include <format>
#include <optional>
#include <print>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "apps/musterd/api.h"
#include "apps/musterd/api_answers.h"
#include "apps/musterd/api_request_schemas.h"
#include "apps/musterd/command_log.h"
#include "apps/musterd/node_schemas.h"
#include "core/base/text.h"

namespace muster::daemon {

using os::ServerRequest;
using os::ServerResponse;

std::span<const Api::Route> Api::routes() {
  static constexpr std::array kRoutes = {
      Route{Role::viewer,
            "GET",
            "/v1/openapi",
            &Api::openapi,
            {.about = "this description", .answer = &schemas::kOpenApi}},
      Route{Role::viewer,
            "GET",
            "/v1/status",
            &Api::status,
            {.about = "how the cluster is", .answer = &schemas::kStatus}},
      Route{Role::viewer,
            "GET",
            "/v1/nodes",
            &Api::nodes,
            {.about = "the nodes, or some of them",
             .answer = &schemas::kNodesView,
             .query = schemas::kNodeQuery}},
      Route{Role::viewer,
            "GET",
            "/v1/nodes/{node}",
            &Api::node,
            {.about = "all that is known of a node", .answer = &schemas::kNode}},
      Route{Role::viewer,
            "GET",
            "/v1/nodes/{node}/events",
            &Api::events,
            {.about = "a node's timeline", .answer = &schemas::kTimeline}},
      Route{Role::operates,
            "POST",
            "/v1/nodes/adopt",
            &Api::adopt,
            {.about = "makes nodes of machines that wait",
             .answer = &schemas::kAdopted,
             .request = &schemas::kAdoption},
            "node adopt"},
      Route{Role::operates,
            "POST",
            "/v1/nodes/set",
            &Api::set_nodes,
            {.about = "gives nodes another profile",
             .answer = &schemas::kDone,
             .request = &schemas::kProfileChoice},
            "node set"},
      Route{Role::operates,
            "POST",
            "/v1/nodes/reboot",
            &Api::reboot_nodes,
            {.about = "asks nodes to reboot",
             .answer = &schemas::kAsked,
             .request = &schemas::kRestart},
            "node reboot"},
      Route{Role::operates,
            "POST",
            "/v1/nodes/shutdown",
            &Api::shut_nodes_down,
            {.about = "switches nodes off",
             .answer = &schemas::kBegun,
             .request = &schemas::kRestart},
            "node shutdown"},
      Route{Role::operates,
            "POST",
            "/v1/nodes/remove",
            &Api::remove_nodes,
            {.about = "forgets nodes", .answer = &schemas::kDone, .request = &schemas::kNodeList},
            "node remove"},
      Route{Role::operates,
            "POST",
            "/v1/nodes/import",
            &Api::import_nodes,
            {.about = "makes nodes of a list",
             .answer = &schemas::kImportedCount,
             .request = &schemas::kImport},
            "node import"},
      Route{Role::admin,
            "POST",
            "/v1/nodes/exec",
            &Api::exec_on_nodes,
            {.about = "runs a program on nodes, as root",
             .answer = &schemas::kBegun,
             .request = &schemas::kExec},
            "node exec"},
      Route{Role::operates,
            "GET",
            "/v1/operations",
            &Api::list_operations,
            {.about = "what goes on, and what ended lately", .answer = &schemas::kOperations}},
      Route{Role::operates,
            "GET",
            "/v1/operations/{operation}",
            &Api::show_operation,
            {.about = "an operation with its results", .answer = &schemas::kOperationDetail}},
      Route{Role::operates,
            "GET",
            "/v1/operations/{operation}/progress",
            &Api::watch_operation,
            {.about = "an operation, when there is news of it",
             .answer = &schemas::kProgress,
             .query = schemas::kProgressQuery}},
      Route{Role::operates,
            "DELETE",
            "/v1/operations/{operation}",
            &Api::cancel_operation,
            {.about = "cancels an operation", .answer = &schemas::kDone},
            "operation cancel"},
      Route{Role::viewer,
            "GET",
            "/v1/profiles",
            &Api::profiles,
            {.about = "the profiles", .answer = &schemas::kProfiles}},
      Route{Role::viewer,
            "GET",
            "/v1/groups",
            &Api::groups,
            {.about = "the groups of nodes", .answer = &schemas::kGroups}},
      Route{Role::admin,
            "POST",
            "/v1/plan",
            &Api::plan_changes,
            {.about = "what another cluster.yaml would change",
             .answer = &schemas::kPlanChanges,
             .request = &schemas::kPlan}},
      Route{Role::operates,
            "GET",
            "/v1/plan/head",
            &Api::head_plan,
            {.about = "the head's newest plan", .answer = &schemas::kPlanView}},
      Route{Role::viewer,
            "GET",
            "/v1/applied",
            &Api::applied,
            {.about = "whether the helper has tried a change",
             .answer = &schemas::kApplied,
             .query = schemas::kAppliedQuery}},
      Route{Role::operates,
            "GET",
            "/v1/log",
            &Api::log,
            {.about = "who asked the head to change what", .answer = &schemas::kLog}},
      Route{Role::viewer,
            "GET",
            "/v1/changes",
            &Api::changes,
            {.about = "what happens on the cluster, when it happens",
             .answer = &schemas::kChanges,
             .query = schemas::kChangesQuery,
             .streams = true}},
      Route{Role::admin,
            "POST",
            "/v1/database/copy",
            &Api::copy_database,
            {.about = "a copy of the database, for root", .answer = &schemas::kCopy},
            "backup"},
      Route{Role::viewer,
            "GET",
            "/v1/discovery",
            &Api::show_discovery,
            {.about = "what happens to unknown machines", .answer = &schemas::kDiscoveryView}},
      Route{Role::operates,
            "POST",
            "/v1/discovery",
            &Api::discovery,
            {.about = "decides about unknown machines",
             .answer = &schemas::kDone,
             .request = &schemas::kDiscovery},
            "discover"},
      Route{Role::viewer,
            "GET",
            "/v1/dhcp",
            &Api::show_dhcp,
            {.about = "who gives addresses", .answer = &schemas::kDhcpView}},
      Route{Role::admin,
            "POST",
            "/v1/dhcp",
            &Api::dhcp,
            {.about = "decides who gives addresses",
             .answer = &schemas::kDone,
             .request = &schemas::kDhcpChoice},
            "dhcp"},
      Route{Role::viewer,
            "GET",
            "/v1/users",
            &Api::list_users,
            {.about = "the users", .answer = &schemas::kUsers}},
      Route{Role::admin,
            "POST",
            "/v1/users",
            &Api::add_user,
            {.about = "adds a user", .answer = &schemas::kUserDone, .request = &schemas::kNewUser},
            "user add"},
      Route{Role::admin,
            "PUT",
            "/v1/users",
            &Api::change_user,
            {.about = "changes a user's keys and name",
             .answer = &schemas::kUserDone,
             .request = &schemas::kChangedUser},
            "user set"},
      Route{Role::admin,
            "POST",
            "/v1/users/rebuild",
            &Api::rebuild_users,
            {.about = "takes the users from the last plan", .answer = &schemas::kDone},
            "user rebuild"},
      Route{Role::viewer,
            "GET",
            "/v1/users/{user}",
            &Api::show_user,
            {.about = "a user", .answer = &schemas::kUserView}},
      Route{Role::admin,
            "DELETE",
            "/v1/users/{user}",
            &Api::remove_user,
            {.about = "removes a user", .answer = &schemas::kDone},
            "user remove"},
  };
  return kRoutes;
}

namespace {

/// What stands in the path for the name in braces; empty for a template without one. None: the path
/// is not of this template.
std::optional<std::string> name_in(std::string_view path, std::string_view pattern) {
  const auto open = pattern.find('{');
  if (open == pattern.npos) return path == pattern ? std::optional(std::string()) : std::nullopt;
  const std::string_view before = pattern.substr(0, open);
  const std::string_view behind = pattern.substr(pattern.find('}') + 1);
  if (path.size() <= before.size() + behind.size()) return std::nullopt;
  if (!path.starts_with(before) || !path.ends_with(behind)) return std::nullopt;
  path.remove_prefix(before.size());
  path.remove_suffix(behind.size());
  if (path.contains('/')) return std::nullopt;
  return std::string(path);
}

ServerResponse no_page(const ServerRequest& request) {
  return os::refusal(
      {.message = std::format("musterd has no page {} {}", printable(request.method, 16),
                              printable(request.path, 80)),
       .hint = "compare 'muster --version' and 'musterd --version'",
       .kind = ErrorKind::absent});
}

/// Why the query is none of the page's; none: it is.
std::optional<ServerResponse> no_parameter(const Api::Route& route, const ServerRequest& request) {
  for (const auto& [name, value] : request.query) {
    if (std::ranges::contains(route.messages.query, name, &muster::json::Property::name)) continue;
    std::vector<std::string> names;
    for (const auto& known : route.messages.query) names.emplace_back(known.name);
    return os::refusal({.message = std::format("{} {} has no parameter '{}'", route.method,
                                               route.path, printable(name, 64)),
                        .hint = names.empty() ? "it has none" : "it has: " + join(names, ", "),
                        .kind = ErrorKind::invalid});
  }
  return std::nullopt;
}

/// RFC 9110 §15.5.4
ServerResponse not_with(Role role, Role needed, const ServerRequest& request) {
  const head::RoleDoor& door = head::door_of(needed);
  return os::refusal(
      {.message =
           std::format("{} {} needs the role {}, and you are {}", printable(request.method, 16),
                       printable(request.path, 80), door.word, head::door_of(role).word),
       .hint = std::format("an administrator can make you a member of the group '{}'", door.group),
       .kind = ErrorKind::denied});
}

ServerResponse no_role() {
  return os::refusal({.message = "this door has no role",
                      .hint = "it is a defect of Muster",
                      .kind = ErrorKind::denied});
}

/// RFC 9110 §15.5.6
ServerResponse no_method(const ServerRequest& request, const std::vector<std::string>& allowed) {
  const std::string methods = join(allowed, ", ");
  ServerResponse response =
      os::refusal(405, {.message = std::format("{} has no {}", printable(request.path, 80),
                                               printable(request.method, 16)),
                        .hint = std::format("it has {}", methods)});
  response.headers["Allow"] = methods;
  return response;
}

}  // namespace

void Api::find_page(const ServerRequest& request, os::Reply& reply) {
  const auto role = head::role_of(request.door);
  if (!role) return reply(no_role());
  std::vector<std::string> allowed;
  for (const Route& route : routes()) {
    const auto name = name_in(request.path, route.path);
    if (!name) continue;
    if (route.method == request.method) {
      if (*role < route.role) return reply(refused(route, request, *role));
      if (auto refused = no_parameter(route, request)) return reply(std::move(*refused));
      return call(route, request, *name, reply);
    }
    allowed.emplace_back(route.method);
  }
  reply(allowed.empty() ? no_page(request) : no_method(request, allowed));
}

void Api::call(const Route& route, const ServerRequest& request, const std::string& name,
               os::Reply& reply) {
  if (const auto* const later = std::get_if<LaterPage>(&route.page)) {
    return (this->**later)(request, name, std::move(reply));
  }
  reply(call_at_once(route, request, name));
}

ServerResponse Api::call_at_once(const Route& route, const ServerRequest& request,
                                 const std::string& name) {
  const auto* const page = std::get_if<Page>(&route.page);
  ServerResponse response =
      page != nullptr ? (this->**page)(request) : (this->*std::get<NamedPage>(route.page))(name);
  return route.action.empty() ? response : noted(route.action, request, std::move(response));
}

/// What somebody tried who may not is in the journal, which has bounds for what one may write: the
/// log of commands keeps a thousand requests, and nobody who only looks may push others out of it.
ServerResponse Api::refused(const Route& route, const ServerRequest& request, Role role) {
  if (!route.action.empty()) {
    std::println(stderr, "musterd: {} '{}' was refused '{}'", head::door_of(role).word,
                 who_asks(request), route.action);
  }
  return not_with(role, route.role, request);
}

ServerResponse Api::noted(std::string_view action, const ServerRequest& request,
                          ServerResponse response) {
  const Status done = note_request(cluster_.store(), action, request, response, cluster_.now_ms());
  // What was done is done; the journal has it then.
  if (!done) std::println(stderr, "musterd: the log of commands: {}", done.error().text());
  return response;
}

ServerResponse Api::log(const ServerRequest&) {
  auto entries = read_log(cluster_.store());
  if (!entries) return os::refusal(entries.error());
  return answer({{"entries", std::move(*entries)}, {"now_ms", cluster_.now_ms()}});
}

void Api::handle(const ServerRequest& request, os::Reply reply) {
  try {
    find_page(request, reply);
  } catch (const std::exception& error) {
    // Requests are read without exceptions; this is a file of the head that is not what it was.
    reply(os::refusal({.message = std::format("the head's state is damaged: {}", error.what()),
                       .hint = "'journalctl -u musterd -u muster-apply' says more"}));
  }
}

}  // namespace muster::daemon
