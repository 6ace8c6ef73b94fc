#pragma once
// What a new report makes of the hardware that is known of a machine. Pure.

#include <string>
#include <vector>

#include "provisioning/hardware.h"

namespace muster::provisioning {

/// "52:54:00:00:00:01 Dell Inc. R650, 64 CPUs, 256.0 GiB".
std::string machine_text(const Hardware& hardware);

/// The cards alone: anybody may say this, and device files are what jobs are given.
Hardware without_drivers(Hardware hardware);

/// `seen` with what it lacks and `known` has: a report that could not be read whole takes no node
/// away from the scheduler, a switch speaks every half minute only, and what the running system
/// said of its cards is true of the same card until it speaks again.
Hardware merge_report(const Hardware& known, Hardware seen);

/// What a machine has less of than before, a sentence each: a broken memory module lowers what its
/// jobs may have, and nobody would know why.
std::vector<std::string> lost_parts(const Hardware& before, const Hardware& now);

/// "2 of 4 accelerators can be given to jobs; 1 more left out".
std::string accelerators_text(const Hardware& hardware);

}  // namespace muster::provisioning
