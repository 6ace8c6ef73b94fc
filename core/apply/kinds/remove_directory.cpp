// remove_directory: no directory of this name.

#include <format>

#include "core/apply/kinds.h"
#include "core/apply/kinds/paths.h"

namespace muster::apply {

EffectResult make_true(const plan::RemoveDirectory& step, Machine& machine) {
  Files& files = machine.target.files();
  TRY_ASSIGN(const PathState now, files.look(step.path));
  if (now.kind == PathState::Kind::absent) return Effect::unchanged;
  if (now.kind != PathState::Kind::directory) {
    return fail(std::format("'{}' is not a directory", step.path), "move it away");
  }
  Status done = machine.changes.make(step.path, [&]() -> Status {
    if (files.remove_directory(step.path)) return {};
    return fail(std::format("'{}' has something in it, or a file system on it", step.path),
                "move what is in it away");
  });
  TRY(std::move(done));
  return Effect::changed;
}

Result<Sight> see(const plan::RemoveDirectory& step, Target& target) {
  return see_path(target.files(), step.path);
}

EffectResult take_back(const plan::RemoveDirectory& step, TakingBack& back) {
  if (back.entry.former.kind != Former::Kind::directory) return Effect::unchanged;
  Files& files = back.target.files();
  TRY_ASSIGN(const PathState now, files.look(step.path));
  if (now.kind != PathState::Kind::absent) return Effect::unchanged;
  TRY(files.make_directory(step.path, back.entry.former.mode));
  return Effect::changed;
}

}  // namespace muster::apply
