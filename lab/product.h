#pragma once
// The few words of the product's own JSON that a lab waits for, kept in one place: how a head says
// that it is ready, and how it lists its nodes. What it says is hostile until parsed here.

#include <string>
#include <vector>

#include "core/base/units.h"

namespace muster::lab {

/// What `muster status --json` says on a head.
struct HeadStatus {
  enum class Ready { no, yes } ready = Ready::no;
  /// Each problem in one line; empty when all is well.
  std::vector<std::string> problems;
};

/// One node of `muster node list --json`.
struct NodeStatus {
  /// Empty until it is adopted.
  std::string name;
  MacAddress mac;
  std::string state;
  /// Why it failed, or how far it is; may be empty.
  std::string detail;
};

/// Errors: not what `muster status --json` prints.
Result<HeadStatus> parse_head_status(std::string_view text);

/// Errors: not what `muster node list --json` prints.
Result<std::vector<NodeStatus>> parse_node_list(std::string_view text);

/// The node with this address; none when the head does not know it.
const NodeStatus* find_node(const std::vector<NodeStatus>& nodes, MacAddress mac);

/// One line for a person: "n001 booting (image)".
std::string render_node(const NodeStatus* node);

}  // namespace muster::lab
