// command: what a program makes true that no other kind can say.

#include <format>

#include "core/apply/kinds.h"
#include "core/base/text.h"

namespace muster::apply {
namespace {

/// The end of what a program printed, for one line of an error.
std::string last_words(const os::CommandResult& result) {
  constexpr std::size_t kMostShown = 400;
  const std::string& text = result.err.empty() ? result.out : result.err;
  std::string_view end = trim(text);
  if (end.size() > kMostShown) end.remove_prefix(end.size() - kMostShown);
  return end.empty() ? "" : ": " + printable(end, kMostShown);
}

Result<os::CommandResult> run(Target& target, const plan::RunCommand& step,
                              const std::vector<std::string>& argv) {
  if (argv.empty()) return fail(std::format("command '{}' names no program", step.name));
  return target.run(argv, std::chrono::seconds(step.limit));
}

Result<bool> holds(Target& target, const plan::RunCommand& step) {
  TRY_ASSIGN(const os::CommandResult seen, run(target, step, step.check));
  return seen.status == 0;
}

Status succeed(Target& target, const plan::RunCommand& step, const std::vector<std::string>& argv) {
  TRY_ASSIGN(const os::CommandResult done, run(target, step, argv));
  if (done.status == 0) return {};
  return fail(
      std::format("'{}' ended with status {}{}", argv.front(), done.status, last_words(done)),
      "run it by hand to see more");
}

}  // namespace

EffectResult make_true(const plan::RunCommand& step, Machine& machine) {
  TRY_ASSIGN(const bool held, holds(machine.target, step));
  if (held) return Effect::unchanged;
  TRY(succeed(machine.target, step, step.run));
  TRY_ASSIGN(const bool holding, holds(machine.target, step));
  if (holding) return Effect::changed;
  return fail(std::format("'{}' ended well, and its check '{}' does not see what it made",
                          step.run.front(), step.check.front()),
              "who declares the command must make both agree");
}

Result<Sight> see(const plan::RunCommand& step, Target& target) {
  // A check that cannot be started yet is of what the plan is about to bring.
  const bool held = holds(target, step).value_or(false);
  return Sight{.former = {.kind = held ? Former::Kind::holds : Former::Kind::absent}};
}

EffectResult take_back(const plan::RunCommand& step, TakingBack& back) {
  if (step.undo.empty() || back.entry.former.kind != Former::Kind::absent) {
    return Effect::unchanged;
  }
  TRY_ASSIGN(const bool held, holds(back.target, step));
  if (!held) return Effect::unchanged;
  TRY(succeed(back.target, step, step.undo));
  return Effect::changed;
}

}  // namespace muster::apply
