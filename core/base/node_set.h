#pragma once
// Sets of node names in the syntax that ClusterShell and Slurm share: `n[01-40,50]`, several
// numbers in one name (`rack[1-2]n[01-40]`), steps (`n[1-9/2]`), zero padding kept (n1 and n01 are
// two nodes).
// `,` or a blank adds, `!` takes away, `&` keeps what both have, `^` what only one has; they work
// from left to right, none before another (nodeset(1), "EXTENDED PATTERNS").

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace muster {

/// Names as people read them: folded to a node set, or joined by commas when one cannot be a
/// node's.
std::string fold_names(std::span<const std::string> names);

/// A set of names. Names that differ in their numbers only are kept as numbers, so that sets of ten
/// thousand nodes are combined and folded in milliseconds.
class NodeSet {
 public:
  /// Most nodes that an expression may expand to.
  static constexpr std::size_t kMaxNodes = 1'000'000;
  /// Numbers of a name that may have ranges: the last four.
  static constexpr std::size_t kMaxNumbers = 4;

  NodeSet() = default;

  /// The set of these names; names, not expressions. Errors: a name that no node can have.
  static Result<NodeSet> from_names(std::span<const std::string> names);

  std::size_t size() const;
  bool empty() const { return patterns_.empty(); }
  bool contains(std::string_view name) const;

  /// All names; those that differ in their numbers only are in the order of their numbers.
  std::vector<std::string> names() const;

  NodeSet& operator|=(const NodeSet& other);
  NodeSet& operator&=(const NodeSet& other);
  NodeSet& operator-=(const NodeSet& other);
  NodeSet& operator^=(const NodeSet& other);
  bool operator==(const NodeSet&) const = default;

  /// The shortest text with ranges: what `nodeset -f` prints for names with one number.
  friend std::string to_string(const NodeSet& nodes);

 private:
  friend class NodeSetBuilder;

  /// A number with its count of digits above it, so that plain order is (digits, value).
  using Number = std::uint64_t;
  using Numbers = std::array<Number, kMaxNumbers>;

  /// Name with '%' for each number ("rack%n%") → the numbers, sorted, each once; unused ones are 0.
  std::map<std::string, std::vector<Numbers>, std::less<>> patterns_;
};

std::string to_string(const NodeSet& nodes);

/// Gives the nodes of the group `@name`; `@*` asks for "*", which means all nodes.
using NodeGroups = std::function<Result<NodeSet>(std::string_view name)>;

/// Evaluates an expression; an empty one is the empty set.
/// Errors: bad syntax, more than kMaxNodes nodes or 1000 operations, a group when `groups` is
/// empty, and its errors.
Result<NodeSet> parse_node_set(std::string_view expression, const NodeGroups& groups = {});

}  // namespace muster
