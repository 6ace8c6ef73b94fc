#include "extensions/host.h"

#include <algorithm>
#include <array>
#include <format>

#include "core/base/text.h"
#include "core/json/json.h"
#include "core/json/members.h"
#include "core/os/clock.h"
#include "core/os/unix_socket.h"
#include "core/os/wait.h"
#include "extensions/values.h"

namespace muster::extensions {
namespace {

using muster::json::Members;
using muster::json::Problems;
using muster::json::Value;
using namespace std::chrono_literals;

constexpr muster::json::Limits kHostLimits = {.bytes = kMostHostLine, .depth = kMostHostDepth};
constexpr std::uint64_t kMostId = std::uint64_t{1} << 53U;
constexpr std::uint64_t kLongestHook = 600'000;
constexpr std::size_t kMostError = 500;

std::string dump(const Value& value) {
  return value.dump(-1, ' ', false, Value::error_handler_t::replace);
}

}  // namespace

std::string render_question(const Question& question) {
  return dump({{"id", question.id},
               {"hook", to_string(question.hook)},
               {"timeout_ms", question.timeout.count()},
               {"input", question.input}});
}

std::string render_answer(const HookAnswer& answer) {
  Value value = {{"id", answer.id}, {"said", answer.said}};
  if (answer.error.empty()) {
    value["output"] = answer.output;
  } else {
    value["error"] = answer.error;
  }
  return dump(value);
}

std::string render_call(const HookCall& call) {
  return dump({{"id", call.id}, {"call", call.name}, {"arguments", call.arguments}});
}

Result<HookCall> parse_call(std::string_view line) {
  TRY_ASSIGN(const Value value, muster::json::parse(line, kHostLimits));
  Problems problems;
  Members members(value, problems);
  HookCall call{.id = members.number("id", 0, kMostId), .name = members.word("call", 64)};
  members.object("arguments");
  members.refuse_unknown();
  TRY(problems.status());
  call.arguments = value.at("arguments");
  return call;
}

Result<Question> parse_question(std::string_view line) {
  TRY_ASSIGN(const Value value, muster::json::parse(line, kHostLimits));
  Problems problems;
  Members members(value, problems);
  const auto hook = kHook.parse(members.word("hook", 64));
  if (!hook) problems.add("hook", "is no hook");
  Question question{
      .id = members.number("id", 0, kMostId),
      .hook = hook.value_or(Hook::configure),
      .timeout = std::chrono::milliseconds(members.number("timeout_ms", 1, kLongestHook))};
  members.object("input");
  members.refuse_unknown();
  TRY(problems.status());
  question.input = value.at("input");
  return question;
}

Result<HookAnswer> parse_answer(std::string_view line) {
  TRY_ASSIGN(const Value value, muster::json::parse(line, kHostLimits));
  Problems problems;
  Members members(value, problems);
  HookAnswer answer{.id = members.number("id", 0, kMostId),
                    .error = members.find_shown("error", kMostError).value_or(""),
                    .said = members.find_text("said", kMostHostLine).value_or("")};
  const bool has_output = members.find_object("output").has_value();
  members.refuse_unknown();
  TRY(problems.status());
  if (has_output == !answer.error.empty()) {
    return fail(ErrorKind::invalid, "it has neither an output nor an error, or both");
  }
  if (has_output) answer.output = value.at("output");
  return answer;
}

namespace {

Result<std::string> receive(os::LineChannel& channel, std::int64_t last_ms,
                            const std::function<bool()>& is_unwanted) {
  constexpr auto kLook = 250ms;
  while (!is_unwanted()) {
    if (os::steady_ms() >= last_ms) return fail("it did not answer in time");
    TRY(os::wait_readable({{channel.descriptor()}}, os::in(kLook)));
    TRY_ASSIGN(std::optional<std::string> line, channel.poll_line());
    if (line) return std::move(*line);
  }
  return fail("nobody waits for its answer any more");
}

/// What a question and its answer may take to travel.
constexpr std::chrono::milliseconds kSending = 10s;
/// Before its time is over, a hook that waits for a call is told that it waits in vain.
constexpr std::int64_t kBeforeEndMs = 1000;

/// Whether a line of a host is a call; what it says is checked by parse_call.
bool is_call(std::string_view line) {
  const auto value = muster::json::parse(line, kHostLimits);
  return value && value->is_object() && value->contains("call");
}

/// Does what the hook of this question calls for, and tells it.
Status answer_one_call(os::LineChannel& channel, std::string_view line, const Question& question,
                       const AnswerCall& answer_call, const std::function<bool()>& is_unwanted) {
  TRY_ASSIGN(const HookCall call, parse_call(line));
  HookAnswer told{.id = call.id};
  if (call.id != question.id) return fail(ErrorKind::invalid, "it called for another question");
  const auto done =
      answer_call
          ? answer_call(call.name, call.arguments, is_unwanted)
          : fail(std::format("the hook '{}' may not call the head", to_string(question.hook)));
  if (done) {
    told.output = *done;
  } else {
    told.error = done.error().text();
  }
  std::string answer = render_answer(told);
  if (answer.size() > kMostHostLine) {
    answer = render_answer({.id = call.id, .error = "there is too much to tell"});
  }
  return channel.send_line(answer, os::in(kSending));
}

}  // namespace

Result<HookAnswer> ask_host(const std::filesystem::path& path, const Question& question,
                            const std::function<bool()>& is_unwanted,
                            const AnswerCall& answer_call) {
  TRY_ASSIGN(os::Handle socket, os::connect_unix(path));
  os::LineChannel channel(std::move(socket), kMostHostLine);
  TRY(channel.send_line(render_question(question), os::in(kSending)));
  // The host ends the hook in time; a host that does not answer then is lost.
  const std::int64_t end_ms = os::steady_ms() + question.timeout.count();
  const std::int64_t last_ms = end_ms + std::chrono::milliseconds(5s).count();
  const auto is_late = [&] { return is_unwanted() || os::steady_ms() >= end_ms - kBeforeEndMs; };
  TRY_ASSIGN(std::string line, receive(channel, last_ms, is_unwanted));
  while (is_call(line)) {
    TRY(answer_one_call(channel, line, question, answer_call, is_late));
    TRY_ASSIGN(line, receive(channel, last_ms, is_unwanted));
  }
  TRY_ASSIGN(HookAnswer answer, parse_answer(line));
  if (answer.id == question.id) return answer;
  return fail(ErrorKind::invalid, "it answered another question");
}

}  // namespace muster::extensions
