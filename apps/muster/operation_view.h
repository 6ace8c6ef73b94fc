#pragma once
// Operations as people read them: what came of a command on many nodes, with nodes that say the
// same folded into one. Pure; what nodes wrote is made safe for a terminal.

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace muster::cli {

/// What came of it, each result below its nodes; those that failed are the last. `detail`: the
/// answer to GET /v1/operations/{operation}.
std::string render_results(const nlohmann::json& detail);

/// "37 of 40 ended; n[005-007] go on". `progress`: the answer to …/progress.
std::string render_operation_progress(const nlohmann::json& progress);

/// A table, the newest first. `list`: the answer to GET /v1/operations.
std::string render_operations(const nlohmann::json& list);

/// Who began it, when, what it is and where it is.
std::string render_operation_head(const nlohmann::json& detail);

}  // namespace muster::cli
