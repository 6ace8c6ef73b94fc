#pragma once
// What an installation does, in words for the person who is asked.

#include "apps/muster/commands_ext.h"
#include "apps/muster/confirm.h"

namespace muster::cli {

/// What is installed or replaced, who signed it, and what it may do there.
Deed deed_of(const CheckedPackage& package);

}  // namespace muster::cli
