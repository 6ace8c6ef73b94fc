// The pages of operations, and those that begin one.

#include <nlohmann/json.hpp>

#include "control/api/answers.h"
#include "control/api/api.h"
#include "control/api/operation_json.h"
#include "control/api/requests.h"
#include "control/command_log.h"

namespace muster::api {

using control::who_asks;
using nlohmann::json;
using operations::Operation;
using os::ServerRequest;
using os::ServerResponse;

namespace {

/// Jobs may take as long as a task may.
operations::Wish restart_wish(const char* kind, const RebootRequest& wanted, std::string by) {
  return {.kind = kind,
          .words = {"drain"},
          .timeout_s = task::kLongestTimeout,
          .at_once = wanted.at_once,
          .deadline_s = wanted.deadline_s,
          .by = std::move(by),
          .reason = wanted.reason};
}

}  // namespace

ServerResponse Api::begin_operation(operations::Wish wish, std::span<const std::string> names) {
  const provisioning::Now now = cluster_.now();
  const auto nodes = cluster_.registry().reboots().reach(names, now);
  if (!nodes) return os::refusal(nodes.error());
  for (const provisioning::Reachable& node : *nodes) {
    wish.targets.push_back({.id = node.id, .name = node.name, .obstacle = node.obstacle});
  }
  const auto id = cluster_.operations().begin(wish, now);
  return id ? answer({{"operation", *id}}) : os::refusal(id.error());
}

ServerResponse Api::exec_on_nodes(const ServerRequest& request) {
  auto wanted = parse_exec_request(request.body);
  if (!wanted) return refuse_request(wanted.error());
  return begin_operation({.kind = "exec",
                          .words = std::move(wanted->command),
                          .timeout_s = wanted->timeout_s,
                          .retries = wanted->retries,
                          .deadline_s = wanted->deadline_s,
                          .by = who_asks(request)},
                         wanted->nodes);
}

ServerResponse Api::reboot_nodes(const ServerRequest& request) {
  const auto wanted = parse_reboot_request(request.body, who_asks(request));
  if (!wanted) return refuse_request(wanted.error());
  if (wanted->drains) {
    return begin_operation(restart_wish("reboot", *wanted, who_asks(request)), wanted->nodes);
  }
  if (wanted->at_once != 0 || wanted->deadline_s != 0) {
    return refuse_request({.message = "'at_once' and 'deadline_s' are of nodes that drain",
                           .hint = "add \"drain\": true"});
  }
  const provisioning::Now now = cluster_.now();
  const Status done = cluster_.registry().reboots().ask(wanted->nodes, wanted->why, now);
  cluster_.note_wish();
  return done ? answer({{"asked_ms", now.wall_ms}}) : os::refusal(done.error());
}

ServerResponse Api::shut_nodes_down(const ServerRequest& request) {
  const auto wanted = parse_reboot_request(request.body, who_asks(request));
  if (!wanted) return refuse_request(wanted.error());
  operations::Wish wish = restart_wish("shutdown", *wanted, who_asks(request));
  if (!wanted->drains) wish.words = {"now"};
  return begin_operation(std::move(wish), wanted->nodes);
}

ServerResponse Api::list_operations(const ServerRequest&) {
  json list = json::array();
  for (const Operation& operation : cluster_.operations().list()) {
    list.push_back(summary_json(operation));
  }
  return answer({{"operations", std::move(list)}, {"now_ms", cluster_.now_ms()}});
}

/// What root's programs wrote is for those who may run them.
void Api::show_operation(const ServerRequest& request, const std::string& id, os::Reply reply) {
  const auto found = cluster_.operations().find(id);
  if (!found) return reply(os::refusal(found.error()));
  const bool is_shown = head::role_of(request.door) == Role::admin;
  json value = detail_json(*found, [&](const std::string& name) {
    return is_shown ? cluster_.operations().output(id, name) : Result<std::string>("");
  });
  value["now_ms"] = cluster_.now_ms();
  reply(answer(value));
}

ServerResponse Api::cancel_operation(const std::string& id) {
  return answer(cluster_.operations().cancel(id, cluster_.now()));
}

void Api::watch_operation(const ServerRequest& request, const std::string& id, os::Reply reply) {
  const auto seen = parse_seen_query(request.query);
  if (!seen) return reply(refuse_request(seen.error()));
  cluster_.operations().watch(
      id, *seen, cluster_.now(),
      [reply = std::move(reply)](const Result<Operation>& found) mutable {
        reply(found ? answer(progress_json(*found)) : os::refusal(found.error()));
      });
}

}  // namespace muster::api
