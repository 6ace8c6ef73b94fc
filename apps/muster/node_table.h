#pragma once
// The daemon's list of nodes as a table for people. Read as a stream: ten thousand nodes as a tree
// of JSON values would take longer than everything else together.

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace muster::cli {

/// Which columns a table has.
enum class Columns {
  /// Those that fit on a terminal.
  narrow,
  /// What the machines are made of as well; for answers with detail=wide.
  wide,
};

/// Unknown numbers are "-". Errors: not the answer of /v1/nodes.
Result<std::string> render_node_table(std::string_view answer, Columns columns = Columns::narrow);

}  // namespace muster::cli
