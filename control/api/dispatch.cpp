// Which page answers which request, and what is refused before a page sees it.

#include <algorithm>
#include <exception>
#include <format>
#include <optional>
#include <print>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "control/api/answers.h"
#include "control/api/api.h"
#include "control/api/requests.h"
#include "control/command_log.h"
#include "core/base/text.h"

namespace muster::api {

using control::note_request;
using control::who_asks;
using os::ServerRequest;
using os::ServerResponse;

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

/// The refusal of what the page's table does not have: in the query, or a body where it has none.
std::optional<ServerResponse> unknown_to(const Api::Route& route, const ServerRequest& request) {
  const std::string page = std::format("{} {}", route.method, route.path);
  if (const Status good = check_query(page, request.query, route.messages.query); !good) {
    return refuse_request(good.error());
  }
  const std::string_view body = trim(request.body);
  if (route.messages.request != nullptr || body.empty() || body == "{}") return std::nullopt;
  return refuse_request({.message = page + " has no body", .hint = "leave it out"});
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
      if (auto unknown = unknown_to(route, request)) {
        return reply(told(route, request, std::move(*unknown)));
      }
      return call(route, request, *name, reply);
    }
    allowed.emplace_back(route.method);
  }
  reply(allowed.empty() ? no_page(request) : no_method(request, allowed));
}

void Api::call(const Route& route, const ServerRequest& request, const std::string& name,
               os::Reply& reply) {
  if (const auto* const later = std::get_if<LaterPage>(&route.page)) {
    if (route.action.empty()) return (this->**later)(request, name, std::move(reply));
    os::Reply noted(
        [this, &route, request, reply = std::move(reply)](ServerResponse response) mutable {
          reply(told(route, request, std::move(response)));
        });
    return (this->**later)(request, name, std::move(noted));
  }
  reply(call_at_once(route, request, name));
}

ServerResponse Api::call_at_once(const Route& route, const ServerRequest& request,
                                 const std::string& name) {
  const auto* const page = std::get_if<Page>(&route.page);
  ServerResponse response =
      page != nullptr ? (this->**page)(request) : (this->*std::get<NamedPage>(route.page))(name);
  return told(route, request, std::move(response));
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

ServerResponse Api::told(const Route& route, const ServerRequest& request,
                         ServerResponse response) {
  if (route.action.empty()) return response;
  const Status done =
      note_request(cluster_.store(), route.action, request, response, cluster_.now_ms());
  // What was done is done; the journal has it then.
  if (!done) std::println(stderr, "musterd: the log of commands: {}", done.error().text());
  return response;
}

void Api::handle(const ServerRequest& request, os::Reply to) {
  os::Reply reply(
      [to = std::move(to)](ServerResponse response) mutable { to(with_id(std::move(response))); });
  try {
    find_page(request, reply);
  } catch (const std::exception& error) {
    // Requests are read without exceptions; this is a file of the head that is not what it was.
    // What a page took along, to answer later, answers by itself.
    if (!reply.is_open()) return;
    reply(os::refusal({.message = std::format("the head's state is damaged: {}", error.what()),
                       .hint = "'journalctl -u musterd -u muster-apply' says more"}));
  }
}

}  // namespace muster::api
