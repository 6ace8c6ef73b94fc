#pragma once
// Operations as the store keeps them: a document for each, and one for each different output of its
// nodes, so that ten thousand nodes that say the same cost one text.

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/json/document.h"
#include "operations/operation.h"

namespace muster::operations {

extern const json::DocumentKind kOperationDocument;
extern const json::DocumentKind kOutputDocument;

/// The key of an output's document. `name`: output_name
std::string output_key(std::string_view operation_id, std::string_view name);

std::string render_operation(const Operation& operation);
std::string render_output(std::string_view text);
/// Errors: not what the function above wrote in this version or an earlier one (invalid); of a
/// newer version (conflict). `now`: its parts count as silent from then on.
Result<Operation> parse_operation(std::string_view id, std::string_view text, Now now);
Result<std::string> parse_output(std::string_view text);

}  // namespace muster::operations
