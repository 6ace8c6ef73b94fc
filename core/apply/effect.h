#pragma once
// What making a step true came to.

#include "core/base/result.h"

namespace muster::apply {

/// Whether a step changed anything.
enum class Effect { unchanged, changed };
using EffectResult = Result<Effect>;

}  // namespace muster::apply
