#pragma once
// Waiting for the end of an operation.

#include <string>

namespace muster::cli {

/// The page of an operation.
std::string operation_page(const std::string& operation);

/// What an operation's results are shown with.
enum class Shown { results, results_below_head };

/// What becomes of an operation when somebody interrupts this program (SIGINT, SIGTERM). Who has it
/// cancelled holds an os::OrderlyEnd since before it was begun; a second signal ends the wait.
enum class Interrupted { goes_on, is_cancelled };

/// Shows how far an operation is until it has ended, and prints what came of it: the exit status,
/// kFailed when a node's part is not done.
int watch_to_end(const std::string& operation, Shown shown, Interrupted interrupted);

/// Prints what came of an operation so far: the exit status, kFailed when it cannot be asked for.
int print_operation(const std::string& operation, Shown shown);

}  // namespace muster::cli
