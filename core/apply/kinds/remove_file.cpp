// remove_file: no file or link of this name.

#include <format>

#include "core/apply/kinds.h"

namespace muster::apply {

EffectResult make_true(const plan::RemoveFile& step, Machine& machine) {
  Files& files = machine.target.files();
  TRY_ASSIGN(const PathState now, files.look(step.path));
  if (now.kind == PathState::Kind::absent) return Effect::unchanged;
  if (now.kind == PathState::Kind::directory) {
    return fail(std::format("'{}' is a directory; only files are removed", step.path));
  }
  TRY(machine.changes.make(step.path, [&] { return files.remove(step.path); }));
  return Effect::changed;
}

}  // namespace muster::apply
