// package: a package of the distribution is installed.

#include "core/apply/kinds.h"

namespace muster::apply {

EffectResult make_true(const plan::InstallPackage& step, Machine& machine) {
  Packages& packages = machine.target.packages();
  TRY_ASSIGN(const bool there, packages.is_installed(step.name));
  if (there) return Effect::unchanged;
  TRY(packages.install(step.name));
  return Effect::changed;
}

Result<Sight> see(const plan::InstallPackage& step, Target& target) {
  TRY_ASSIGN(const bool there, target.packages().is_installed(step.name));
  return Sight{.former = {.kind = there ? Former::Kind::holds : Former::Kind::absent}};
}

EffectResult take_back(const plan::InstallPackage& step, TakingBack& back) {
  if (back.entry.former.kind != Former::Kind::absent) return Effect::unchanged;
  Packages& packages = back.target.packages();
  TRY_ASSIGN(const bool there, packages.is_installed(step.name));
  if (!there) return Effect::unchanged;
  const Status removed = packages.remove(step.name);
  // Most of all that another package needs it by now, which dpkg(1) says.
  if (!removed) return back.stays(removed.error().message);
  return Effect::changed;
}

}  // namespace muster::apply
