#include "control/command_log.h"

#include <format>

#include <nlohmann/json.hpp>

#include "core/base/node_set.h"
#include "core/base/text.h"
#include "core/json/json.h"
#include "core/os/name_service.h"

namespace muster::control {
namespace {

using nlohmann::json;

constexpr const char* kSubject = "commands";
constexpr std::size_t kMostShown = 1000;
/// A list of ten thousand nodes says no more in a log than its beginning.
constexpr std::size_t kLongestRequest = 500;
constexpr const char* kCaller = "muster-caller";
constexpr std::size_t kLongestLogin = 64;

/// Directory services have logins that Muster gives nobody, such as "Ada@site".
bool is_login(const std::string& text) {
  return !text.empty() && !text.contains(' ') && printable(text, kLongestLogin) == text;
}

/// A body with its nodes folded: what else it has is not lost behind a thousand names.
std::string folded(const std::string& body) {
  json value = json::parse(body, nullptr, false);
  const auto nodes = value.is_object() ? value.find("nodes") : value.end();
  if (!value.is_object() || nodes == value.end() || !nodes->is_array()) return body;
  std::vector<std::string> names;
  for (const json& name : *nodes) {
    if (!name.is_string()) return body;
    names.push_back(name.get<std::string>());
  }
  *nodes = fold_names(names);
  return muster::json::render(value);
}

/// What was asked: the body, or the name that the path ends with.
std::string what_is_asked(const os::ServerRequest& request) {
  if (!request.body.empty()) return printable(folded(request.body), kLongestRequest);
  if (request.method != "DELETE") return {};
  return printable(request.path.substr(request.path.rfind('/') + 1), kLongestRequest);
}

std::string error_of(const os::ServerResponse& response) {
  if (response.status < 400) return {};
  const json value = json::parse(response.body, nullptr, false);
  return value.is_object() ? muster::json::text_of(value, "detail") : std::string();
}

}  // namespace

std::string who_asks(const os::ServerRequest& request) {
  if (!request.user) return {};
  const auto said = request.headers.find(kCaller);
  const bool is_told = said != request.headers.end() && is_login(said->second);
  if (request.is_of_root() && is_told) return said->second;
  const auto account = os::find_user(*request.user);
  return account && *account ? (*account)->name : std::to_string(*request.user);
}

Status note_request(state::Store& store, std::string_view action, const os::ServerRequest& request,
                    const os::ServerResponse& response, std::int64_t now_ms) {
  const json entry = {
      {"who", who_asks(request)},  {"uid", request.user ? json(*request.user) : json()},
      {"role", request.door},      {"request", what_is_asked(request)},
      {"status", response.status}, {"error", error_of(response)}};
  TRY(store.commit({.events = {{.time_ms = now_ms,
                                .subject = kSubject,
                                .kind = std::string(action),
                                .text = muster::json::render(entry)}}}));
  return {};
}

bool is_of_log(const state::Event& event) { return event.subject == kSubject; }

std::string told_request(const state::Event& event) {
  const json entry = json::parse(event.text, nullptr, false);
  const std::string who = muster::json::text_of(entry, "who");
  const std::string request = muster::json::text_of(entry, "request");
  const std::string error = muster::json::text_of(entry, "error");
  std::string text = (who.empty() ? "somebody" : who) + ": " + event.kind;
  if (!request.empty()) text += " " + request;
  if (!error.empty()) text += "; refused: " + error;
  return text;
}

Result<json> read_log(state::Store& store) {
  TRY_ASSIGN(const auto events, store.events(kSubject, kMostShown));
  json entries = json::array();
  for (const state::Event& event : events) {
    json entry = json::parse(event.text, nullptr, false);
    if (!entry.is_object()) continue;
    entry["time_ms"] = event.time_ms;
    entry["action"] = event.kind;
    // Entries of earlier versions have none.
    entry.emplace("role", "");
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace muster::control
