// directory: a directory with this owner and mode.

#include <format>

#include "core/apply/kinds.h"
#include "core/apply/kinds/paths.h"

namespace muster::apply {

EffectResult make_true(const plan::MakeDirectory& step, Machine& machine) {
  TRY_ASSIGN(const os::FileMode wanted,
             find_mode(machine.target.names(), step.mode, step.owner, step.group));
  Files& files = machine.target.files();
  TRY_ASSIGN(const PathState now, files.look(step.path, Links::follow));
  if (now.kind == PathState::Kind::absent) {
    TRY(files.make_directory(step.path, wanted));
    return Effect::changed;
  }
  if (now.kind != PathState::Kind::directory) {
    return fail(std::format("'{}' is not a directory", step.path), "move it away");
  }
  const bool is_kept = step.existing == plan::MakeDirectory::Existing::keep;
  if (is_kept || is_same(now.mode, wanted)) return Effect::unchanged;
  TRY(files.set_mode(step.path, wanted));
  return Effect::changed;
}

Result<Sight> see(const plan::MakeDirectory& step, Target& target) {
  return see_path(target.files(), step.path);
}

EffectResult take_back(const plan::MakeDirectory& step, TakingBack& back) {
  Files& files = back.target.files();
  const Former& former = back.entry.former;
  if (former.kind == Former::Kind::absent) {
    return remove_made_directory(files, step.path, former) ? Effect::changed : Effect::unchanged;
  }
  const bool was_corrected = former.kind == Former::Kind::directory &&
                             step.existing == plan::MakeDirectory::Existing::correct;
  const auto now = files.look(step.path);
  if (!was_corrected || !now || now->kind != PathState::Kind::directory ||
      now->mode.mode != step.mode || is_same(now->mode, former.mode)) {
    return Effect::unchanged;
  }
  TRY(files.set_mode(step.path, former.mode));
  return Effect::changed;
}

}  // namespace muster::apply
