#include "extensions/host_server.h"

#include <format>

#include "core/base/text.h"
#include "core/os/files.h"
#include "core/os/unix_socket.h"
#include "core/os/wait.h"
#include "extensions/host.h"

namespace muster::extensions {
namespace {

using namespace std::chrono_literals;

/// What a question and its answer may take to travel.
constexpr auto kTravel = 5s;

/// What the daemon returns to a hook.
Result<nlohmann::json> call_daemon(os::LineChannel& channel, const Question& question,
                                   const std::string& name, const nlohmann::json& arguments,
                                   os::Deadline end) {
  const std::string line = render_call({.id = question.id, .name = name, .arguments = arguments});
  if (line.size() > kMostHostLine) return fail("what it calls the head with is too long");
  TRY(channel.send_line(line, os::in(kTravel)));
  TRY_ASSIGN(const std::string told, channel.receive_line(end));
  TRY_ASSIGN(HookAnswer answer, parse_answer(told));
  if (answer.id != question.id) return fail("the head answered another question");
  if (!answer.error.empty()) return fail(answer.error);
  return std::move(answer.output);
}

/// Whether this version is asked: a question may come a moment after an installation.
bool is_about(const Question& question, const Installed& extension) {
  const auto told = question.input.find("extension");
  if (told == question.input.end() || !told->is_object() || !told->contains("directory")) {
    return true;
  }
  return told->at("directory") == extension.content.string();
}

Status answer_one(HookRunner& runner, os::Handle connection, const Installed& extension,
                  const HostOptions& options) {
  os::LineChannel channel(std::move(connection), kMostHostLine);
  TRY_ASSIGN(const std::string line, channel.receive_line(os::in(kTravel)));
  TRY_ASSIGN(const Question question, parse_question(line));
  // Nothing is done for who has gone.
  TRY(channel.poll_line());
  if (!is_about(question, extension)) {
    return channel.send_line(
        render_answer({.id = question.id, .error = "is of another version, which was replaced"}),
        os::in(kTravel));
  }
  const os::Deadline end = os::in(question.timeout);
  const HookAnswer answer = runner.run(
      extension, question, [&](const std::string& name, const nlohmann::json& arguments) {
        return call_daemon(channel, question, name, arguments, end);
      });
  if (!answer.error.empty()) {
    options.say(std::format("{} {}: {}; it said: {}", to_string(question.hook),
                            extension.specification.name, answer.error,
                            printable(answer.said, 4 * answer.said.size())));
  }
  return channel.send_line(render_answer(answer), os::in(kTravel));
}

}  // namespace

Status serve_host(HookRunner& runner, const Installed& extension, const os::Handle& listener,
                  const HostOptions& options) {
  const std::filesystem::path file = grant_of(options.store, extension.grant.name);
  TRY_ASSIGN(const std::string granted, os::read_file(file));
  TRY_ASSIGN(const Grant grant, parse_grant(granted));
  if (grant != extension.grant) return {};
  while (true) {
    TRY_ASSIGN(const auto ready, os::wait_readable({{listener.get()}}, os::in(options.idle)));
    if (ready.empty()) return {};
    // Its text: a question takes less time than reading what it says.
    TRY_ASSIGN(const std::string now, os::read_file(file));
    if (now != granted) return {};
    TRY_ASSIGN(os::Handle connection, os::accept_unix(listener));
    const Status told = answer_one(runner, std::move(connection), extension, options);
    if (!told) options.say(told.error().text());
  }
}

}  // namespace muster::extensions
