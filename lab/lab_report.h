#pragma once
// A lab as `muster lab status` shows it. Pure.

#include <string>

#include "lab/lab.h"

namespace muster::lab {

/// A table for people: one line a machine, then what is wrong with its next step.
std::string render_report(const LabView& view);

/// The same for programs: {"name", "condition", "directory", "machines": [{"name", "power", …}]}.
std::string render_report_json(const LabView& view);

}  // namespace muster::lab
