// group, user and remove_user: accounts of this machine.

#include "core/apply/kinds.h"

namespace muster::apply {

EffectResult make_true(const plan::EnsureGroup& step, Machine& machine) {
  return machine.accounts.ensure(step);
}

EffectResult make_true(const plan::EnsureUser& step, Machine& machine) {
  return machine.accounts.ensure(step);
}

EffectResult make_true(const plan::RemoveUser& step, Machine& machine) {
  return machine.accounts.remove(step);
}

}  // namespace muster::apply
