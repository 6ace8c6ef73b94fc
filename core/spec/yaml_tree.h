#pragma once
// YAML text as a tree of plain nodes with their places. The only file behind it (yaml_tree.cpp)
// knows the YAML library. Scalars keep the text that was written: what `no`, `010` or `1:30` mean
// is decided by the field table, not by YAML's guesses.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace muster::spec {

/// A place in a text; both count from 1.
struct Mark {
  int line = 1;
  int column = 1;
  auto operator<=>(const Mark&) const = default;
};

enum class NodeKind { null, scalar, sequence, map };

struct YamlNode;

/// A key with its value; keys that are not scalars are refused while the tree is built.
struct YamlEntry {
  std::string key;
  Mark key_mark;
  std::shared_ptr<const YamlNode> value;
};

/// One node. Nodes that an alias names are shared, so a tree takes no more memory than its text.
struct YamlNode {
  NodeKind kind = NodeKind::null;
  Mark mark = {};
  /// The text of a scalar.
  std::string text = {};
  std::vector<std::shared_ptr<const YamlNode>> items = {};
  std::vector<YamlEntry> entries = {};
  /// Nodes in this tree when every alias is written out; levels below this node.
  std::size_t expanded = 1;
  int depth = 0;
};

/// Something that makes a text no YAML, or YAML that is refused.
struct YamlProblem {
  Mark mark;
  std::string message;
  std::string hint;
};

/// A tree, complete when there is no problem; else what was read before the problem (or nothing).
struct YamlOutcome {
  std::shared_ptr<const YamlNode> root;
  std::vector<YamlProblem> problems;
};

/// Deepest nesting of lists and sections, and most nodes after aliases are written out.
inline constexpr int kMaxDepth = 16;
inline constexpr std::size_t kMaxNodes = 100'000;

/// Reads one document. Refuses: bytes that are not text, a second document, tags, aliases that name
/// what holds them, and whatever passes the limits above.
YamlOutcome parse_yaml(std::string_view text);

}  // namespace muster::spec
