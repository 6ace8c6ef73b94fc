#pragma once
// How a file or a link that a plan wrote becomes what stood there before.

#include <string>

#include "core/apply/effect.h"
#include "core/apply/machine.h"

namespace muster::apply {

/// Errors: the former content is lost; the disk.
EffectResult put_back_file(const std::string& path, TakingBack& back);

}  // namespace muster::apply
