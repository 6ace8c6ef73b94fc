// unmount: nothing is mounted at a directory.

#include "core/apply/kinds.h"

namespace muster::apply {

EffectResult make_true(const plan::Unmount& step, Machine& machine) {
  Mounts& mounts = machine.target.mounts();
  Effect effect = Effect::unchanged;
  // One may lie over another. Each turn takes one away, or fails.
  while (true) {
    TRY_ASSIGN(const std::string mounted, mounts.mounted_at(step.target));
    if (mounted.empty()) return effect;
    TRY(machine.changes.make(step.target,
                             [&] { return mounts.unmount(step.target, Mounts::Below::none); }));
    effect = Effect::changed;
  }
}

}  // namespace muster::apply
