// Which page answers which request.

#include <algorithm>
#include <array>
#include <exception>
#include <format>
#include <print>

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
      Route{"GET", "/v1/status", &Api::status},
      Route{"GET", "/v1/nodes", &Api::nodes},
      Route{"POST", "/v1/nodes/adopt", &Api::adopt, "node adopt"},
      Route{"POST", "/v1/nodes/set", &Api::set_nodes, "node set"},
      Route{"POST", "/v1/nodes/reboot", &Api::reboot_nodes, "node reboot"},
      Route{"POST", "/v1/nodes/remove", &Api::remove_nodes, "node remove"},
      Route{"POST", "/v1/nodes/import", &Api::import_nodes, "node import"},
      Route{"GET", "/v1/profiles", &Api::profiles},
      Route{"GET", "/v1/groups", &Api::groups},
      Route{"POST", "/v1/plan", &Api::plan_changes},
      Route{"GET", "/v1/plan/head", &Api::head_plan},
      Route{"GET", "/v1/applied", &Api::applied},
      Route{"GET", "/v1/log", &Api::log},
      Route{"POST", "/v1/database/copy", &Api::copy_database, "backup"},
      Route{"GET", "/v1/discovery", &Api::show_discovery},
      Route{"POST", "/v1/discovery", &Api::discovery, "discover"},
      Route{"GET", "/v1/dhcp", &Api::show_dhcp},
      Route{"POST", "/v1/dhcp", &Api::dhcp, "dhcp"},
      Route{"GET", "/v1/users", &Api::list_users},
      Route{"POST", "/v1/users", &Api::add_user, "user add"},
      Route{"PUT", "/v1/users", &Api::change_user, "user set"},
      Route{"POST", "/v1/users/rebuild", &Api::rebuild_users, "user rebuild"},
  };
  return kRoutes;
}

/// Pages with a name in their path.
ServerResponse Api::named_page(const ServerRequest& request) {
  constexpr std::string_view kNode = "/v1/nodes/";
  constexpr std::string_view kUser = "/v1/users/";
  constexpr std::string_view kEvents = "/events";
  const std::string_view path = request.path;
  const bool get = request.method == "GET";
  if (path.starts_with(kUser)) {
    const std::string name(path.substr(kUser.size()));
    if (get) return show_user(name);
    if (request.method == "DELETE") return noted("user remove", request, remove_user(name));
  }
  if (get && path.starts_with(kNode)) {
    const std::string_view name = path.substr(kNode.size());
    if (!name.ends_with(kEvents)) return node(std::string(name));
    return events(std::string(name.substr(0, name.size() - kEvents.size())));
  }
  return os::refusal(
      {.message = std::format("musterd has no page {} {}", printable(request.method, 16),
                              printable(request.path, 80)),
       .hint = "compare 'muster --version' and 'musterd --version'",
       .kind = ErrorKind::absent});
}

ServerResponse Api::find_page(const ServerRequest& request) {
  const auto route = std::ranges::find_if(routes(), [&](const Route& each) {
    return each.method == request.method && each.path == request.path;
  });
  if (route == routes().end()) return named_page(request);
  ServerResponse response = (this->*route->page)(request);
  if (route->action.empty()) return response;
  return noted(route->action, request, std::move(response));
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

ServerResponse Api::handle(const ServerRequest& request) {
  try {
    return find_page(request);
  } catch (const std::exception& error) {
    // Requests are read without exceptions; this is a file of the head that is not what it was.
    return os::refusal({.message = std::format("the head's state is damaged: {}", error.what()),
                        .hint = "'journalctl -u musterd -u muster-apply' says more"});
  }
}

}  // namespace muster::daemon
