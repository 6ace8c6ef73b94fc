#include "lab/keeper_protocol.h"

#include <algorithm>
#include <array>
#include <format>
#include <utility>

#include "core/base/text.h"

namespace muster::lab {
namespace {

using nlohmann::json;

constexpr std::array<std::pair<Action, std::string_view>, 8> kActions = {
    {{Action::start, "start"},
     {Action::stop, "stop"},
     {Action::monitor, "monitor"},
     {Action::add, "add"},
     {Action::save, "save"},
     {Action::restore, "restore"},
     {Action::watch, "watch"},
     {Action::end, "end"}}};

std::unexpected<Error> bad(std::string_view what, std::string_view line) {
  return fail(std::format("'{}' is no {}", printable(line, 120), what));
}

}  // namespace

std::string render_request(const Request& request) {
  const auto found =
      std::ranges::find(kActions, request.action, &decltype(kActions)::value_type::first);
  json message = {{"do", found->second},
                  {"machine", request.machine},
                  {"command", request.command},
                  {"arguments", request.arguments}};
  if (request.plan) message["plan"] = render_plan(*request.plan);
  return message.dump();
}

Result<Request> parse_request(std::string_view line) {
  const json message = json::parse(line, nullptr, false);
  try {
    const std::string word = message.at("do").get<std::string>();
    const auto found = std::ranges::find(kActions, word, &decltype(kActions)::value_type::second);
    if (found == kActions.end()) return bad("request", line);
    Request request{.action = found->first,
                    .machine = message.at("machine").get<std::string>(),
                    .command = message.at("command").get<std::string>(),
                    .arguments = message.at("arguments")};
    if (message.contains("plan")) {
      TRY_ASSIGN(request.plan, parse_plan(message.at("plan").get<std::string>()));
    }
    return request;
  } catch (const json::exception&) {
    return bad("request", line);
  }
}

std::string render_reply(const Result<json>& reply) {
  if (reply) return json{{"return", *reply}}.dump();
  return json{{"error", {{"message", reply.error().message}, {"hint", reply.error().hint}}}}.dump();
}

Result<json> parse_reply(std::string_view line) {
  json message = json::parse(line, nullptr, false);
  if (message.is_object() && message.contains("return")) return std::move(message["return"]);
  if (!message.is_object() || !message.contains("error")) return bad("reply", line);
  const json& error = message["error"];
  return fail(error.value("message", "no reason given"), error.value("hint", ""));
}

}  // namespace muster::lab
