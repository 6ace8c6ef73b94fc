#pragma once
// What a host is asked and answers: one JSON text a line, over a socket of systemd's
// (os::LineChannel). A host serves one extension; the daemon asks, one question at a time.
//
//     {"id": 7, "hook": "configure", "timeout_ms": 30000, "input": {…}}
//     {"id": 7, "output": {…}}   or   {"id": 7, "error": "…", "said": "…"}
//
// Before it answers, a hook may call the daemon, and waits for what that returns:
//
//     {"id": 7, "call": "put_values", "arguments": {…}}
//     {"id": 7, "output": {…}}   or   {"id": 7, "error": "…"}
//
// docs/extensions.md says what input and output of each hook are.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "core/base/result.h"
#include "extensions/store.h"

namespace muster::extensions {

/// The longest line of either side, in bytes, and how deep its JSON may be.
inline constexpr std::size_t kMostHostLine = 4U << 20;
inline constexpr int kMostHostDepth = 32;

struct Question {
  std::uint64_t id = 0;
  Hook hook = Hook::configure;
  std::chrono::milliseconds timeout{0};
  nlohmann::json input;
};

struct HookAnswer {
  std::uint64_t id = 0;
  /// What the hook returned; null where `error` says why there is nothing.
  nlohmann::json output;
  std::string error;
  /// The end of what the hook said besides, for people.
  std::string said;
};

/// What a hook asks the daemon while it works.
struct HookCall {
  std::uint64_t id = 0;
  std::string name;
  nlohmann::json arguments;
};

/// A hook calls the daemon, and waits for what that returns. Errors: why it returns nothing.
using OnCall =
    std::function<Result<nlohmann::json>(const std::string& name, const nlohmann::json& arguments)>;
/// Does what a hook calls for, in the daemon: until it `is_unwanted`, which is also when the hook's
/// time is nearly over. Errors: for the hook, in words for its author.
using AnswerCall =
    std::function<Result<nlohmann::json>(const std::string& name, const nlohmann::json& arguments,
                                         const std::function<bool()>& is_unwanted)>;

std::string render_call(const HookCall& call);
std::string render_question(const Question& question);
std::string render_answer(const HookAnswer& answer);
/// Errors (invalid): no such line.
Result<Question> parse_question(std::string_view line);
Result<HookAnswer> parse_answer(std::string_view line);
Result<HookCall> parse_call(std::string_view line);

/// Asks the host whose socket is at `path`, and waits for its answer, or until it `is_unwanted`.
/// `answer_call`: empty where a hook may call nothing.
/// Errors: nobody is there; the host ended or did not answer in time; it answered something else.
Result<HookAnswer> ask_host(const std::filesystem::path& path, const Question& question,
                            const std::function<bool()>& is_unwanted,
                            const AnswerCall& answer_call = {});

}  // namespace muster::extensions
