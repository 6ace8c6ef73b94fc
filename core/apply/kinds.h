#pragma once
// What a machine does with each kind of step. A kind has one file in kinds/ with
//
//     make_true   makes the step true, and says whether that changed anything
//     see         what stands in its place now     } both, or neither: a machine remembers
//     take_back   puts back what stood there       } what it replaced, or it does not
//
// Errors of make_true and take_back: why it cannot be done now; the next apply tries again. Errors
// of see: a program that must be asked fails.

#include <filesystem>

#include "core/apply/former.h"
#include "core/apply/machine.h"
#include "core/plan/step.h"

namespace muster::apply {

EffectResult make_true(const plan::WriteFile& step, Machine& machine);
Result<Sight> see(const plan::WriteFile& step, const Surroundings& around);
EffectResult take_back(const plan::WriteFile& step, TakingBack& back);

EffectResult make_true(const plan::RemoveFile& step, Machine& machine);

EffectResult make_true(const plan::MakeDirectory& step, Machine& machine);
Result<Sight> see(const plan::MakeDirectory& step, const Surroundings& around);
EffectResult take_back(const plan::MakeDirectory& step, TakingBack& back);

// Accounts that plans made are in a list of their own (own_accounts.h).
EffectResult make_true(const plan::EnsureGroup& step, Machine& machine);
EffectResult make_true(const plan::EnsureUser& step, Machine& machine);
EffectResult make_true(const plan::RemoveUser& step, Machine& machine);

EffectResult make_true(const plan::MountFileSystem& step, Machine& machine);
Result<Sight> see(const plan::MountFileSystem& step, const Surroundings& around);
EffectResult take_back(const plan::MountFileSystem& step, TakingBack& back);

EffectResult make_true(const plan::SetHostname& step, Machine& machine);
Result<Sight> see(const plan::SetHostname& step, const Surroundings& around);
EffectResult take_back(const plan::SetHostname& step, TakingBack& back);

EffectResult make_true(const plan::Service& step, Machine& machine);
Result<Sight> see(const plan::Service& step, const Surroundings& around);
EffectResult take_back(const plan::Service& step, TakingBack& back);

/// Whether a machine remembers what a step of this kind replaced.
template <typename Kind>
concept Remembered = requires(const Kind& step, const Surroundings& around, TakingBack& back) {
  see(step, around);
  take_back(step, back);
};

}  // namespace muster::apply
