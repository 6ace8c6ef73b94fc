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
/// What a hook prints, which travels as a part of such a line.
constexpr muster::json::Limits kOutputLimits = {.bytes = kMostHostLine / 2,
                                                .depth = kMostHostDepth - 1};
constexpr std::uint64_t kMostId = std::uint64_t{1} << 53U;
constexpr std::uint64_t kLongestHook = 600'000;
constexpr std::size_t kMostError = 500;
/// Of what a hook says besides its answer: the end of it, where a program says why it ends.
constexpr std::size_t kMostSaid = 4000;

std::string dump(const Value& value) {
  return value.dump(-1, ' ', false, Value::error_handler_t::replace);
}

std::string end_of(const std::string& text) {
  return text.size() <= kMostSaid ? text : text.substr(text.size() - kMostSaid);
}

/// What a hook is told beside its input.
std::map<std::string, std::string> environment_of(const Installed& extension, Hook hook) {
  return {{"MUSTER_EXTENSION", extension.specification.name},
          {"MUSTER_EXTENSION_VERSION", to_string(extension.specification.version)},
          {"MUSTER_API", std::format("{}", extension.specification.api)},
          {"MUSTER_HOOK", std::string(to_string(hook))}};
}

/// Why the output of a hook is no answer; empty: it is one.
std::string explain_result(const os::CommandResult& result) {
  if (result.status > 128) return std::format("was killed by signal {}", result.status - 128);
  if (result.status != 0) return std::format("ended with status {}", result.status);
  if (result.dropped != 0) return std::format("printed more than {} bytes", kMostHostLine / 2);
  return {};
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

HookAnswer run_hook(os::CommandRunner& runner, const Installed& extension,
                    const Question& question) {
  HookAnswer answer{.id = question.id};
  const auto run = runner.run({.argv = {(extension.content / hook_path(question.hook)).string()},
                               .cwd = extension.content,
                               .env = environment_of(extension, question.hook),
                               .input = dump(question.input) + "\n",
                               .timeout = question.timeout,
                               .most_output = kMostHostLine / 2});
  if (!run) {
    answer.error = run.error().text();
    return answer;
  }
  answer.said = end_of(run->err);
  answer.error = explain_result(*run);
  if (!answer.error.empty()) return answer;
  auto output = muster::json::parse(run->out, kOutputLimits);
  if (!output || !output->is_object()) {
    answer.error = output ? "printed JSON that is no object"
                          : std::format("printed no JSON: {}", output.error().message);
    return answer;
  }
  answer.output = std::move(*output);
  // Numbers may be longer than they were written.
  if (render_answer(answer).size() > kMostHostLine) {
    answer.error = std::format("printed more than {} bytes", kMostHostLine / 2);
    answer.output = nullptr;
  }
  return answer;
}

namespace {

Result<std::string> receive(os::LineChannel& channel, std::chrono::milliseconds time,
                            const std::function<bool()>& is_unwanted) {
  constexpr auto kLook = 250ms;
  const std::int64_t last_ms = os::steady_ms() + time.count();
  while (!is_unwanted()) {
    if (os::steady_ms() >= last_ms) return fail("it did not answer in time");
    TRY(os::wait_readable({{channel.descriptor()}}, os::in(kLook)));
    TRY_ASSIGN(std::optional<std::string> line, channel.poll_line());
    if (line) return std::move(*line);
  }
  return fail("nobody waits for its answer any more");
}

}  // namespace

Result<HookAnswer> ask_host(const std::filesystem::path& path, const Question& question,
                            const std::function<bool()>& is_unwanted) {
  TRY_ASSIGN(os::Handle socket, os::connect_unix(path));
  os::LineChannel channel(std::move(socket), kMostHostLine);
  // The host ends the hook in time; a host that does not answer then is lost.
  const std::chrono::milliseconds time = question.timeout + 5s;
  TRY(channel.send_line(render_question(question), os::in(time)));
  TRY_ASSIGN(const std::string line, receive(channel, time, is_unwanted));
  TRY_ASSIGN(HookAnswer answer, parse_answer(line));
  if (answer.id == question.id) return answer;
  return fail(ErrorKind::invalid, "it answered another question");
}

}  // namespace muster::extensions
