// command: what a program makes true that no other kind can say.

#include <algorithm>
#include <array>
#include <format>

#include "core/apply/kinds.h"

namespace muster::apply {
namespace {

Result<os::CommandResult> run(Target& target, const plan::RunCommand& step,
                              const std::vector<std::string>& argv) {
  if (argv.empty()) return fail(std::format("command '{}' names no program", step.name));
  return target.run(argv, std::chrono::seconds(step.limit));
}

Result<bool> holds(Target& target, const plan::RunCommand& step) {
  TRY_ASSIGN(const os::CommandResult seen, run(target, step, step.check));
  return seen.status == 0;
}

/// Whether there is a program of this name, as os::Command looks for it.
bool has_program(const Files& files, const std::string& name) {
  constexpr std::array kPath = {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
                                "/usr/bin",        "/sbin",          "/bin"};
  const auto is_there = [&](const std::string& path) {
    const auto state = files.look(path, Links::follow);
    return state && state->kind == PathState::Kind::file;
  };
  if (name.contains('/')) return is_there(name);
  return std::ranges::any_of(
      kPath, [&](const char* place) { return is_there(std::format("{}/{}", place, name)); });
}

Status succeed(Target& target, const plan::RunCommand& step, const std::vector<std::string>& argv) {
  TRY_ASSIGN(const os::CommandResult done, run(target, step, argv));
  return os::check_status({.argv = argv}, done);
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
  const auto seen = holds(target, step);
  // A program that is not there yet is one that the plan is about to bring.
  if (!seen && (step.check.empty() || has_program(target.files(), step.check.front()))) {
    return std::unexpected(seen.error());
  }
  const bool held = seen.value_or(false);
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
