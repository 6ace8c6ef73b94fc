#pragma once
// The file of `muster node import`: a node a line, "NAME ADDRESS MAC", as an inventory or a
// vendor's delivery note is brought into this form in a minute. '#' begins a comment.

#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "core/base/result.h"

namespace muster::cli {

/// The nodes as POST /v1/nodes/import takes them (docs/reference/api.md). Errors, with file and
/// line: too few or too many words, a name, address or MAC address that is none, no node at all;
/// as decode_text.
Result<nlohmann::json> parse_node_file(std::string_view bytes, std::string_view file_name);

}  // namespace muster::cli
