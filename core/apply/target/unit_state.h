#pragma once
// What the start of a system does with a unit, by systemctl(1): of the system that runs, or with
// "--root" of one in a directory.

#include <optional>
#include <string>
#include <vector>

#include "core/apply/programs.h"
#include "core/apply/target/target.h"

namespace muster::apply {

/// `systemctl`: the program and the arguments before its verb. What holds for this run of the
/// system alone ("--runtime") does not count. None: there is no such unit. Errors: systemctl(1)
/// cannot say.
Result<std::optional<StartState>> ask_unit_state(const Programs& programs,
                                                 std::vector<std::string> systemctl,
                                                 const std::string& unit);

/// Errors: there is no such unit; it is fixed and shall be enabled; systemctl(1) refuses.
Status set_unit_state(const Programs& programs, const std::vector<std::string>& systemctl,
                      const std::string& unit, plan::Unit::State state);

}  // namespace muster::apply
