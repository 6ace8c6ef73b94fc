#pragma once
// How far nodes are that somebody waits for, read from the daemon's list of them.

#include <string>
#include <string_view>
#include <vector>

#include "core/base/node_set.h"
#include "core/base/result.h"

namespace muster::cli {

struct NodeProgress {
  struct Waiting {
    std::string name;
    /// What is missing, for people.
    std::string why;
    bool is_known = false;
  };
  /// They are ready and hold the plan of this moment.
  std::vector<std::string> ready;
  /// In the order of the node set.
  std::vector<Waiting> waiting;
};

/// `answer` is that of GET /v1/nodes; a node that is not in it is waited for as well. Errors: the
/// answer is none.
Result<NodeProgress> read_node_progress(std::string_view answer, const NodeSet& wanted);

}  // namespace muster::cli
