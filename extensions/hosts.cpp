#include "extensions/hosts.h"

#include <chrono>
#include <format>

#include "core/base/text.h"
#include "core/os/clock.h"

namespace muster::extensions {
namespace {

using namespace std::chrono_literals;

/// Who waits for a turn looks so often whether somebody still waits for the answer.
constexpr auto kLook = 250ms;

}  // namespace

std::chrono::milliseconds time_of(Hook hook) {
  switch (hook) {
    // Somebody looks at the screen, and programs may run on nodes meanwhile.
    case Hook::run:
      return 10min;
    // What people see of the cluster does not wait for it long.
    case Hook::health:
    case Hook::metrics:
      return 10s;
    default:
      return 30s;
  }
}

Result<nlohmann::json> Hosts::ask(const std::string& extension, Hook hook,
                                  const nlohmann::json& input, std::string& said,
                                  const std::function<bool()>& is_unwanted,
                                  const AnswerCall& answer_call) {
  const auto turn = turns_.of(extension);
  std::unique_lock my_turn(*turn, std::defer_lock);
  const std::int64_t last_ms = os::steady_ms() + kMostWait.count();
  while (!my_turn.try_lock_for(kLook)) {
    if (is_unwanted()) return fail("nobody waits for its answer any more");
    if (os::steady_ms() < last_ms) continue;
    return fail(ErrorKind::busy,
                std::format("extension '{}' works on something else, such as a verb", extension),
                "try again when it has ended");
  }
  // It would be done all the same.
  if (is_unwanted()) return fail("nobody waits for its answer any more");
  const auto answer =
      ask_host(run_ / (extension + ".sock"),
               {.id = ++asked_, .hook = hook, .timeout = time_of(hook), .input = input},
               is_unwanted, answer_call);
  if (!answer) return wrap("its host", answer.error());
  // Nothing of it is cut: what is not printable gets longer.
  said += printable(answer->said, 4 * answer->said.size());
  if (answer->error.empty()) return answer->output;
  return fail(std::format("its hook '{}' {}", to_string(hook), answer->error));
}

}  // namespace muster::extensions
