#include "lab/monitor.h"

#include <format>
#include <utility>

#include "core/base/text.h"

namespace muster::lab {

using nlohmann::json;

namespace {

Result<json> parse_message(const std::string& line) {
  json message = json::parse(line, nullptr, false);
  if (!message.is_object()) {
    return fail(std::format("the emulator said '{}', which is no message", printable(line)));
  }
  return message;
}

}  // namespace

Monitor::Monitor(os::Handle socket, EventHandler on_event)
    : channel_(std::move(socket)), on_event_(std::move(on_event)) {}

Status Monitor::greet(os::Deadline deadline) {
  TRY_ASSIGN(const json greeting, receive(deadline));
  if (!greeting.contains("QMP")) return fail("the emulator does not greet");
  if (auto ready = execute("qmp_capabilities", json::object(), deadline); !ready) {
    return std::unexpected(ready.error());
  }
  return {};
}

Result<json> Monitor::execute(const std::string& command, json arguments, os::Deadline deadline) {
  const int id = ++last_id_;
  const json request = {{"execute", command}, {"arguments", std::move(arguments)}, {"id", id}};
  TRY(channel_.send_line(request.dump(), deadline));
  while (true) {
    TRY_ASSIGN(json message, receive(deadline));
    if (message.contains("event")) {
      handle_event(message);
      continue;
    }
    // The answer to an earlier command, which nobody waits for any more.
    if (message.value("id", 0) != id) continue;
    if (message.contains("return")) return std::move(message["return"]);
    if (message.contains("error")) {
      return fail(std::format("the emulator refuses '{}': {}", command,
                              printable(message["error"].value("desc", "no reason given"))));
    }
  }
}

Status Monitor::await_event(os::Deadline deadline) {
  while (true) {
    TRY_ASSIGN(const json message, receive(deadline));
    if (!message.contains("event")) continue;
    handle_event(message);
    return {};
  }
}

Status Monitor::take_events() {
  while (true) {
    TRY_ASSIGN(const auto line, channel_.poll_line());
    if (!line) return {};
    TRY_ASSIGN(const json message, parse_message(*line));
    if (message.contains("event")) handle_event(message);
  }
}

Result<json> Monitor::receive(os::Deadline deadline) {
  TRY_ASSIGN(const std::string line, channel_.receive_line(deadline));
  return parse_message(line);
}

void Monitor::handle_event(const json& message) {
  on_event_({.name = message.value("event", ""), .data = message.value("data", json::object())});
}

}  // namespace muster::lab
