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
#include "apps/musterd/command_log.h"
#include "core/base/text.h"

namespace muster::daemon {

using os::ServerRequest;
using os::ServerResponse;

std::span<const Api::Route> Api::routes() {
  static constexpr std::array kRoutes = {
      Route{Role::viewer, "GET", "/v1/status", &Api::status},
      Route{Role::viewer, "GET", "/v1/nodes", &Api::nodes},
      Route{Role::viewer, "GET", "/v1/nodes/{node}", &Api::node},
      Route{Role::viewer, "GET", "/v1/nodes/{node}/events", &Api::events},
      Route{Role::operates, "POST", "/v1/nodes/adopt", &Api::adopt, "node adopt"},
      Route{Role::operates, "POST", "/v1/nodes/set", &Api::set_nodes, "node set"},
      Route{Role::operates, "POST", "/v1/nodes/reboot", &Api::reboot_nodes, "node reboot"},
      Route{Role::operates, "POST", "/v1/nodes/shutdown", &Api::shut_nodes_down, "node shutdown"},
      Route{Role::operates, "POST", "/v1/nodes/remove", &Api::remove_nodes, "node remove"},
      Route{Role::operates, "POST", "/v1/nodes/import", &Api::import_nodes, "node import"},
      Route{Role::admin, "POST", "/v1/nodes/exec", &Api::exec_on_nodes, "node exec"},
      Route{Role::operates, "GET", "/v1/operations", &Api::list_operations},
      Route{Role::operates, "GET", "/v1/operations/{operation}", &Api::show_operation},
      Route{Role::operates, "GET", "/v1/operations/{operation}/progress", &Api::watch_operation},
      Route{Role::operates, "DELETE", "/v1/operations/{operation}", &Api::cancel_operation,
            "operation cancel"},
      Route{Role::viewer, "GET", "/v1/profiles", &Api::profiles},
      Route{Role::viewer, "GET", "/v1/groups", &Api::groups},
      Route{Role::admin, "POST", "/v1/plan", &Api::plan_changes},
      Route{Role::operates, "GET", "/v1/plan/head", &Api::head_plan},
      Route{Role::viewer, "GET", "/v1/applied", &Api::applied},
      Route{Role::operates, "GET", "/v1/log", &Api::log},
      Route{Role::viewer, "GET", "/v1/changes", &Api::changes},
      Route{Role::admin, "POST", "/v1/database/copy", &Api::copy_database, "backup"},
      Route{Role::viewer, "GET", "/v1/discovery", &Api::show_discovery},
      Route{Role::operates, "POST", "/v1/discovery", &Api::discovery, "discover"},
      Route{Role::viewer, "GET", "/v1/dhcp", &Api::show_dhcp},
      Route{Role::admin, "POST", "/v1/dhcp", &Api::dhcp, "dhcp"},
      Route{Role::viewer, "GET", "/v1/users", &Api::list_users},
      Route{Role::admin, "POST", "/v1/users", &Api::add_user, "user add"},
      Route{Role::admin, "PUT", "/v1/users", &Api::change_user, "user set"},
      Route{Role::admin, "POST", "/v1/users/rebuild", &Api::rebuild_users, "user rebuild"},
      Route{Role::viewer, "GET", "/v1/users/{user}", &Api::show_user},
      Route{Role::admin, "DELETE", "/v1/users/{user}", &Api::remove_user, "user remove"},
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
      os::refusal({.message = std::format("{} has no {}", printable(request.path, 80),
                                          printable(request.method, 16)),
                   .hint = std::format("it has {}", methods)});
  response.status = 405;
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
