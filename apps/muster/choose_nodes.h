#pragma once
// Whom somebody means who names nodes on the command line: node sets with groups, and machines by
// the MAC address of a card or by id, in one word with commas between.

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "apps/muster/output.h"
#include "core/base/node_set.h"

namespace muster::cli {

/// What an argument that names nodes takes, in every verb that has one.
inline constexpr const char* kNodesHelp =
    "node sets and groups (n[001-040,050], @ready), MAC addresses or ids of machines; several with "
    "commas between";

struct ChosenNodes {
  NodeSet names;
  /// MAC addresses and ids, as they were written.
  std::vector<std::string> machines;

  bool empty() const { return names.empty() && machines.empty(); }
  /// The names, then the machines: what the daemon finds nodes by.
  std::vector<std::string> words() const;
};

/// What a word names; a group (`@rack1`, `@ready`, `@*`) is asked of the head. An empty word and an
/// empty group name nobody. Failures: wrong use, such as a bad node set or an unknown group; the
/// head does not answer.
std::expected<ChosenNodes, Failure> choose_nodes(const std::string& text);

/// As choose_nodes, and naming nobody is a failure.
std::expected<ChosenNodes, Failure> choose_some_nodes(const std::string& text);

/// As choose_nodes; the head is asked for the names of machines. Failures: also a machine that the
/// head does not know, or that has no name yet.
std::expected<NodeSet, Failure> choose_names(const std::string& text);

/// As choose_names, and naming nobody is a failure.
std::expected<NodeSet, Failure> choose_some_names(const std::string& text);

/// The name of a machine; empty while it waits for adoption. Errors: the head does not know it, or
/// does not answer.
Result<std::string> ask_name(const std::string& machine);

/// Whether a word is the MAC address of a card or the id of a machine.
bool is_machine(std::string_view word);

/// The parts of a word between commas and blanks that stand outside of brackets.
std::vector<std::string> split_nodes(std::string_view text);

}  // namespace muster::cli
