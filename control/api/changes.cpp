// GET /v1/changes: what happens on the cluster, for programs that ask again and again, and as a
// stream of server-sent events (html.spec.whatwg.org, "Server-sent events"). Each answer of the
// stream ends; a client of that standard asks again by itself, and says what it heard last.

#include <algorithm>
#include <format>
#include <map>

#include <nlohmann/json.hpp>

#include "control/api/answers.h"
#include "control/api/api.h"
#include "control/api/requests.h"
#include "control/command_log.h"
#include "provisioning/node_turns.h"

namespace muster::api {

using control::Cluster;
using control::is_of_log;
using control::News;
using control::read_news;
using control::told_request;
using nlohmann::json;
using os::ServerRequest;
using os::ServerResponse;

namespace {

bool is_of_operation(const state::Event& event) { return event.kind == operations::kEventKind; }

/// Names of nodes by what events are of; each is looked up once for an answer.
class Subjects {
 public:
  explicit Subjects(Cluster& cluster) : cluster_(cluster) {}
  const std::string& node_of(const std::string& subject) {
    const auto [found, is_new] = names_.try_emplace(subject, subject);
    if (is_new) {
      const auto node = cluster_.registry().find(subject);
      if (node && !node->name.empty()) found->second = node->name;
    }
    return found->second;
  }

 private:
  Cluster& cluster_;
  std::map<std::string, std::string> names_;
};

/// What it happened to, and in which words it is told.
json change_json(Subjects& subjects, const state::Event& event) {
  json change = {{"id", event.id}, {"time_ms", event.time_ms}, {"kind", event.kind}};
  if (is_of_log(event)) {
    change["kind"] = "request";
    change["text"] = told_request(event);
    return change;
  }
  if (is_of_operation(event)) {
    change["operation"] = event.subject;
  } else if (!event.subject.empty()) {
    change["node"] = subjects.node_of(event.subject);
  }
  change["text"] = event.text;
  return change;
}

/// What people asked for may have words that are not for everybody, as the log of commands.
json list_json(Cluster& cluster, const std::vector<state::Event>& events, Role role) {
  Subjects subjects(cluster);
  json list = json::array();
  for (const state::Event& event : events) {
    // The timelines of the nodes have it in their words.
    if (provisioning::parse_turn(event)) continue;
    const bool is_shown = role > Role::viewer || !(is_of_log(event) || is_of_operation(event));
    if (is_shown) list.push_back(change_json(subjects, event));
  }
  return list;
}

/// An event without data only says where the next question goes on.
ServerResponse stream(const json& list, std::uint64_t next) {
  std::string text = "retry: 100\n\n";
  for (const json& change : list) {
    text += std::format("id: {}\nevent: {}\ndata: {}\n\n", change["id"].get<std::uint64_t>(),
                        change["kind"].get<std::string>(), muster::json::render(change));
  }
  if (list.empty()) text += std::format("id: {}\n\n", next);
  return {.body = std::move(text),
          .content_type = "text/event-stream",
          .headers = {{"Cache-Control", "no-store"}}};
}

}  // namespace

void Api::changes(const ServerRequest& request, const std::string&, os::Reply reply) {
  const auto wanted = parse_changes_query(request);
  if (!wanted) return reply(refuse_request(wanted.error()));
  const std::uint64_t newest = cluster_.store().newest_event();
  // A head that was restored from a backup knows less than it did.
  const bool is_ahead = wanted->since && *wanted->since > newest;
  const std::uint64_t since = wanted->last ? newest - std::min(newest, *wanted->last)
                              : is_ahead   ? newest
                                           : wanted->since.value_or(newest);
  const Role role = head::role_of(request.door).value_or(Role::viewer);
  auto told = [this, role, is_stream = wanted->is_stream,
               reply = std::move(reply)](const Result<News>& news) mutable {
    if (!news) return reply(os::refusal(news.error()));
    json list = list_json(cluster_, news->events, role);
    if (is_stream) return reply(stream(list, news->next));
    reply(answer(
        {{"changes", std::move(list)}, {"next", news->next}, {"now_ms", cluster_.now_ms()}}));
  };
  // A stream that begins is told where it goes on, should it break off before there is news.
  const bool begins = wanted->is_stream && !wanted->since;
  if (wanted->last || is_ahead || begins) return told(read_news(cluster_.store(), since));
  cluster_.change_feed().watch(since, cluster_.now(), std::move(told));
}

}  // namespace muster::api
