#pragma once
// What the start of a system does with a unit, by systemctl(1): of the system that runs, or with
// "--root" of one in a directory.

#include <string>
#include <vector>

#include "core/apply/programs.h"
#include "core/plan/kinds/unit.h"

namespace muster::apply {

/// `systemctl`: the program and the arguments before its verb. A unit that others start, which can
/// be neither enabled nor disabled, counts as enabled. Errors: there is no such unit.
Result<plan::Unit::State> ask_unit_state(const Programs& programs,
                                         std::vector<std::string> systemctl,
                                         const std::string& unit);

/// Errors: systemctl(1) refuses, such as that the unit has no [Install] section.
Status set_unit_state(const Programs& programs, const std::vector<std::string>& systemctl,
                      const std::string& unit, plan::Unit::State state);

}  // namespace muster::apply
