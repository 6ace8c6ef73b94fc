#pragma once
// What a machine does with each kind of step. A kind has one file in kinds/ with
//
//     make_true   makes the step true, and says whether that changed anything
//     see         what stands in its place now     } both, or neither: a machine remembers
//     take_back   puts back what stood there       } what it replaced, or it does not
//
// Errors of make_true and take_back: why it cannot be done now; the next apply tries again. Errors
// of see: a program that must be asked fails.

#include "core/apply/effect.h"
#include "core/apply/former.h"
#include "core/apply/machine.h"
#include "core/plan/step.h"

namespace muster::apply {

EffectResult make_true(const plan::WriteFile& step, Machine& machine);
Result<Sight> see(const plan::WriteFile& step, Target& target);
EffectResult take_back(const plan::WriteFile& step, TakingBack& back);

EffectResult make_true(const plan::MakeLink& step, Machine& machine);
Result<Sight> see(const plan::MakeLink& step, Target& target);
EffectResult take_back(const plan::MakeLink& step, TakingBack& back);

EffectResult make_true(const plan::RemoveFile& step, Machine& machine);

EffectResult make_true(const plan::MakeDirectory& step, Machine& machine);
Result<Sight> see(const plan::MakeDirectory& step, Target& target);
EffectResult take_back(const plan::MakeDirectory& step, TakingBack& back);

EffectResult make_true(const plan::RemoveDirectory& step, Machine& machine);
Result<Sight> see(const plan::RemoveDirectory& step, Target& target);
EffectResult take_back(const plan::RemoveDirectory& step, TakingBack& back);

EffectResult make_true(const plan::InstallPackage& step, Machine& machine);
Result<Sight> see(const plan::InstallPackage& step, Target& target);
EffectResult take_back(const plan::InstallPackage& step, TakingBack& back);

// Accounts that plans made are in a list of their own (own_accounts.h).
EffectResult make_true(const plan::EnsureGroup& step, Machine& machine);
EffectResult make_true(const plan::EnsureUser& step, Machine& machine);
EffectResult make_true(const plan::RemoveUser& step, Machine& machine);

EffectResult make_true(const plan::MountFileSystem& step, Machine& machine);
Result<Sight> see(const plan::MountFileSystem& step, Target& target);
EffectResult take_back(const plan::MountFileSystem& step, TakingBack& back);

// What was mounted is not mounted again: nobody knows all of how it was.
EffectResult make_true(const plan::Unmount& step, Machine& machine);

EffectResult make_true(const plan::SetHostname& step, Machine& machine);
Result<Sight> see(const plan::SetHostname& step, Target& target);
EffectResult take_back(const plan::SetHostname& step, TakingBack& back);

EffectResult make_true(const plan::Unit& step, Machine& machine);
Result<Sight> see(const plan::Unit& step, Target& target);
EffectResult take_back(const plan::Unit& step, TakingBack& back);

EffectResult make_true(const plan::Service& step, Machine& machine);
Result<Sight> see(const plan::Service& step, Target& target);
EffectResult take_back(const plan::Service& step, TakingBack& back);

EffectResult make_true(const plan::RunCommand& step, Machine& machine);
Result<Sight> see(const plan::RunCommand& step, Target& target);
EffectResult take_back(const plan::RunCommand& step, TakingBack& back);

/// Whether a machine remembers what a step of this kind replaced.
template <typename Kind>
concept Remembered = requires(const Kind& step, Target& target, TakingBack& back) {
  see(step, target);
  take_back(step, back);
};

}  // namespace muster::apply
