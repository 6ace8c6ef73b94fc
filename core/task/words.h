#pragma once
// The words of a task in a text.

#include <string>
#include <vector>

#include "core/json/members.h"

namespace muster::task {

/// The member `words`. A member of it that is no text, and whatever check_words refuses, is a
/// problem.
std::vector<std::string> read_words(json::Members& members, json::Problems& problems);

}  // namespace muster::task
