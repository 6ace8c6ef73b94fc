#pragma once
// Waiting for the end of an operation.

#include <string>

namespace muster::cli {

/// What an operation's results are shown with.
enum class Shown { results, results_below_head };

/// What becomes of an operation when somebody interrupts this program (SIGINT, SIGTERM).
enum class Interrupted { goes_on, is_cancelled };

/// Shows how far an operation is until it has ended, and prints what came of it: the exit status,
/// kFailed when a node's part is not done.
int watch_to_end(const std::string& operation, Shown shown, Interrupted interrupted);

/// Prints what came of an operation so far: the exit status, kFailed when it cannot be asked for.
int print_operation(const std::string& operation, Shown shown);

}  // namespace muster::cli
