#include "extensions/hook_runner.h"

#include <format>
#include <map>

#include "core/base/text.h"
#include "core/json/json.h"

namespace muster::extensions {
namespace {

/// What a hook answers, which travels as a part of a line.
constexpr std::size_t kMostOutput = kMostHostLine / 2;
constexpr muster::json::Limits kOutputLimits = {.bytes = kMostOutput, .depth = kMostHostDepth - 1};
/// Of what a hook says besides its answer: the end of it, where a program says why it ends.
constexpr std::size_t kMostSaid = 4000;

std::string end_of(const std::string& text) {
  return text.size() <= kMostSaid ? text : text.substr(text.size() - kMostSaid);
}

/// The value of a setting as the environment has it.
std::string as_text(const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  return value.dump();
}

/// What a hook is told besides, so that a short one need not read JSON.
std::map<std::string, std::string> environment_of(const Installed& extension,
                                                  const Question& question) {
  std::map<std::string, std::string> environment = {
      {"MUSTER_EXTENSION", extension.specification.name},
      {"MUSTER_EXTENSION_VERSION", to_string(extension.specification.version)},
      {"MUSTER_API", std::format("{}", extension.specification.api)},
      {"MUSTER_HOOK", std::string(to_string(question.hook))}};
  if (!question.input.contains("settings")) return environment;
  for (const auto& setting : question.input.at("settings").items()) {
    environment["MUSTER_SETTING_" + upper(setting.key())] = as_text(setting.value());
  }
  return environment;
}

std::string too_much(std::string_view verb) {
  return std::format("{} more than {} bytes", verb, kMostOutput);
}

/// Why the output of a hook is no answer; empty: it is one.
std::string explain_result(const os::CommandResult& result) {
  if (result.status > 128) return std::format("was killed by signal {}", result.status - 128);
  if (result.status != 0) return std::format("ended with status {}", result.status);
  if (result.dropped != 0) return too_much("printed");
  return {};
}

}  // namespace

std::string render_input(const Question& question) {
  return question.input.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

HookAnswer with_output(HookAnswer answer, std::string_view text, std::string_view verb) {
  auto output = muster::json::parse(text, kOutputLimits);
  if (!output || !output->is_object()) {
    answer.error = output ? std::format("{} JSON that is no object", verb)
                          : std::format("{} no JSON: {}", verb, output.error().message);
    return answer;
  }
  answer.output = std::move(*output);
  // Numbers may be longer than they were written.
  if (render_answer(answer).size() > kMostHostLine) {
    answer.error = too_much(verb);
    answer.output = nullptr;
  }
  return answer;
}

HookAnswer ShellHooks::run(const Installed& extension, const Question& question,
                           const OnCall& /*call*/) {
  HookAnswer answer{.id = question.id};
  const auto run = runner_.run({.argv = {(extension.content / hook_path(question.hook)).string()},
                                .cwd = extension.content,
                                .env = environment_of(extension, question),
                                .input = render_input(question) + "\n",
                                .timeout = question.timeout,
                                .most_output = kMostOutput});
  if (!run) {
    answer.error = run.error().text();
    return answer;
  }
  const bool is_answer = has_answer(question.hook);
  answer.said = end_of(is_answer ? run->err : run->out + run->err);
  answer.error = explain_result(*run);
  if (!answer.error.empty()) return answer;
  return with_output(std::move(answer), is_answer ? run->out : "{}", "printed");
}

}  // namespace muster::extensions
