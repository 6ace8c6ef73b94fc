#pragma once
// What somebody types at a question.

#include <optional>
#include <string>

namespace muster::os {

/// One line from a terminal, without its end. Nothing where the input ended before it, and where a
/// signal came (end_programs_on_signals): before the call or while it waits. A signal is never lost
/// between the two, since it is held back except while the call waits (ppoll(2)).
std::optional<std::string> read_answer(int descriptor);

}  // namespace muster::os
