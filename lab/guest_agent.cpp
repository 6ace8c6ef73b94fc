#include "lab/guest_agent.h"

#include <algorithm>
#include <format>
#include <random>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/base/base64.h"
#include "core/base/text.h"

namespace muster::lab {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

/// A guest in emulation that starts its services can leave its agent waiting for this long.
constexpr auto kAnswerTime = 60s;
constexpr std::chrono::milliseconds kFirstPause = 20ms;
constexpr std::chrono::milliseconds kLongestPause = 500ms;
/// Ends whatever a torn connection left in the agent's parser, and marks its answer's start.
constexpr char kDelimiter = '\xFF';

/// The part of a line after the last delimiter: what came before belongs to nobody.
std::string_view after_delimiter(std::string_view line) {
  const std::size_t at = line.rfind(kDelimiter);
  return at == std::string_view::npos ? line : line.substr(at + 1);
}

Status synchronise(os::LineChannel& channel, os::Deadline deadline) {
  static std::random_device source;
  const std::uint32_t id = source() & 0x7FFFFFFFU;
  const json request = {{"execute", "guest-sync-delimited"}, {"arguments", {{"id", id}}}};
  TRY(channel.send_line(kDelimiter + request.dump(), deadline));
  while (true) {
    TRY_ASSIGN(const std::string line, channel.receive_line(deadline));
    const json answer = json::parse(after_delimiter(line), nullptr, false);
    if (answer.is_object() && answer.value("return", json()) == json(id)) return {};
  }
}

Result<json> ask(const std::filesystem::path& socket, const json& request, os::Deadline deadline) {
  TRY_ASSIGN(os::Handle connection, os::connect_unix(socket));
  os::LineChannel channel(std::move(connection));
  if (auto ready = synchronise(channel, deadline); !ready) {
    return fail("the guest's agent does not answer: " + ready.error().message,
                "is the guest up, and does it run qemu-guest-agent? see its console");
  }
  TRY(channel.send_line(request.dump(), deadline));
  TRY_ASSIGN(const std::string line, channel.receive_line(deadline));
  json answer = json::parse(after_delimiter(line), nullptr, false);
  if (answer.is_object() && answer.contains("return")) return std::move(answer["return"]);
  const json error = answer.is_object() ? answer.value("error", json::object()) : json::object();
  return fail(std::format("the guest's agent refuses: {}",
                          printable(error.value("desc", "an answer of no meaning"))));
}

json start_request(const GuestCommand& command) {
  json arguments = {{"path", command.argv.front()},
                    {"arg", std::vector<std::string>(command.argv.begin() + 1, command.argv.end())},
                    {"capture-output", true}};
  if (command.input) arguments["input-data"] = render_base64(*command.input);
  return {{"execute", "guest-exec"}, {"arguments", std::move(arguments)}};
}

Result<GuestResult> parse_end(const json& status) {
  GuestResult result;
  if (status.contains("signal")) {
    result.status = 128 + status.value("signal", 0);
  } else {
    result.status = status.value("exitcode", 0);
  }
  TRY_ASSIGN(result.out, parse_base64(status.value("out-data", "")));
  TRY_ASSIGN(result.err, parse_base64(status.value("err-data", "")));
  if (status.value("out-truncated", false) || status.value("err-truncated", false)) {
    result.output = GuestResult::Output::cut;
  }
  return result;
}

os::Deadline earlier(os::Deadline one, const std::optional<os::Deadline>& other) {
  return other ? std::min(one, *other) : one;
}

}  // namespace

GuestAgent::GuestAgent(std::filesystem::path socket, Pause pause)
    : socket_(std::move(socket)), pause_(std::move(pause)) {}

Status GuestAgent::ping(os::Deadline deadline) const {
  if (auto answer = ask(socket_, {{"execute", "guest-ping"}}, deadline); !answer) {
    return std::unexpected(answer.error());
  }
  return {};
}

Result<GuestResult> GuestAgent::run(const GuestCommand& command,
                                    std::optional<os::Deadline> deadline) const {
  CHECK(!command.argv.empty());
  TRY_ASSIGN(const json started,
             ask(socket_, start_request(command), earlier(os::in(kAnswerTime), deadline)));
  const json question = {{"execute", "guest-exec-status"},
                         {"arguments", {{"pid", started.value("pid", std::int64_t{-1})}}}};
  for (auto pause = kFirstPause;; pause = std::min(pause * 3 / 2, kLongestPause)) {
    TRY_ASSIGN(const json status, ask(socket_, question, os::in(kAnswerTime)));
    if (status.value("exited", false)) return parse_end(status);
    if (deadline && os::in(0ms) >= *deadline) {
      return fail(std::format("'{}' did not end in time", printable(join(command.argv, " "))));
    }
    TRY(pause_(pause));
  }
}

}  // namespace muster::lab
