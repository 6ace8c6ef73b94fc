#include "core/base/node_set.h"

#include <algorithm>
#include <format>
#include <optional>
#include <utility>

#include "core/base/node_pattern.h"
#include "core/base/text.h"

namespace muster {
namespace {

/// The text with each '%' replaced by the number in its turn.
template <typename Show>
std::string fill(std::string_view pattern, Show show) {
  std::string text;
  std::size_t turn = 0;
  for (const char c : pattern) {
    if (c == kNumberMark) {
      text += show(turn++);
    } else {
      text += c;
    }
  }
  return text;
}

/// Values of one number in a name, in order.
using Values = std::vector<std::uint64_t>;
/// Nodes that are every combination of the values of each number.
using Box = std::vector<Values>;

/// The next number up goes on with a run: 9 and 10, 09 and 10, but never 7 and 08, or 099 and 1000.
bool is_next(std::uint64_t first, std::uint64_t before, std::uint64_t number) {
  if (packed_value(number) != packed_value(before) + 1) return false;
  return packed_digits(number) == packed_digits(before) ||
         (!is_padded(first) && !is_padded(number));
}

/// "1-3,7", or one number alone.
std::string fold(const Values& values) {
  std::string text;
  for (std::size_t i = 0; i < values.size();) {
    std::size_t last = i;
    while (last + 1 < values.size() && is_next(values[i], values[last], values[last + 1])) ++last;
    if (!text.empty()) text += ',';
    text += show_number(values[i]);
    if (last > i) text += '-' + show_number(values[last]);
    i = last + 1;
  }
  return text;
}

/// Puts boxes together that differ in number `at` only.
std::vector<Box> merge_at(std::size_t at, std::vector<Box> boxes) {
  std::map<Box, Values> merged;
  for (Box& box : boxes) {
    const Values own = std::exchange(box[at], {});
    Values& all = merged[box];
    all.insert(all.end(), own.begin(), own.end());
  }
  boxes.clear();
  for (auto& [others, values] : merged) {
    std::ranges::sort(values);
    boxes.push_back(others);
    boxes.back()[at] = std::move(values);
  }
  return boxes;
}

/// The sorted nodes of one pattern as few boxes: first nodes that differ in the last number.
template <typename List>
std::vector<Box> to_boxes(const List& nodes, std::size_t count) {
  std::vector<Box> boxes;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const auto fixed = count == 0 ? nodes[i].begin() : nodes[i].begin() + (count - 1);
    if (i == 0 || !std::equal(nodes[i].begin(), fixed, nodes[i - 1].begin())) {
      boxes.emplace_back(count);
      for (std::size_t at = 0; at + 1 < count; ++at) boxes.back()[at] = {nodes[i][at]};
    }
    if (count > 0) boxes.back()[count - 1].push_back(nodes[i][count - 1]);
  }
  for (std::size_t at = count; at-- > 1;) boxes = merge_at(at - 1, std::move(boxes));
  std::ranges::sort(boxes);
  return boxes;
}

std::size_t count_numbers(std::string_view pattern) {
  return static_cast<std::size_t>(std::ranges::count(pattern, kNumberMark));
}

}  // namespace

/// Collects nodes without order, and sorts once.
class NodeSetBuilder {
 public:
  /// Adds every node of a term. Errors: more than NodeSet::kMaxNodes.
  Status add(const NodeTerm& term) {
    TRY(reserve(count_nodes(term)));
    auto& list = set_.patterns_[term.pattern];
    NodeSet::Numbers numbers{};
    add_from(term, 0, numbers, list);
    return {};
  }

  Status add(const NodeSet& other) {
    TRY(reserve(other.size()));
    for (const auto& [pattern, list] : other.patterns_) {
      auto& own = set_.patterns_[pattern];
      own.insert(own.end(), list.begin(), list.end());
    }
    return {};
  }

  Result<NodeSet> finish() {
    TRY(tidy());
    added_ = 0;
    return std::exchange(set_, {});
  }

 private:
  static void add_from(const NodeTerm& term, std::size_t at, NodeSet::Numbers& numbers,
                       std::vector<NodeSet::Numbers>& list) {
    if (at == term.numbers.size()) {
      list.push_back(numbers);
      return;
    }
    for (const std::uint64_t number : term.numbers[at]) {
      numbers[at] = number;
      add_from(term, at + 1, numbers, list);
    }
  }

  /// Doubles are removed now and then, so that they neither fill the memory nor count as nodes.
  Status reserve(std::size_t count) {
    if (count > NodeSet::kMaxNodes) return too_many_nodes();
    added_ += count;
    if (added_ <= 2 * NodeSet::kMaxNodes) return {};
    TRY(tidy());
    added_ = set_.size() + count;
    return {};
  }

  Status tidy() {
    for (auto& [pattern, list] : set_.patterns_) {
      if (!std::ranges::is_sorted(list)) std::ranges::sort(list);
      const auto doubles = std::ranges::unique(list);
      list.erase(doubles.begin(), doubles.end());
    }
    if (set_.size() > NodeSet::kMaxNodes) return too_many_nodes();
    return {};
  }

  NodeSet set_;
  std::size_t added_ = 0;
};

Result<NodeSet> NodeSet::from_names(std::span<const std::string> names) {
  NodeSetBuilder builder;
  for (const std::string& name : names) {
    TRY_ASSIGN(const NodeTerm term, parse_node_name(name));
    TRY(builder.add(term));
  }
  return builder.finish();
}

std::string fold_names(std::span<const std::string> names) {
  const auto set = NodeSet::from_names(names);
  return set ? to_string(*set) : join(names, ",");
}

std::size_t NodeSet::size() const {
  std::size_t count = 0;
  for (const auto& [pattern, list] : patterns_) count += list.size();
  return count;
}

bool NodeSet::contains(std::string_view name) const {
  const auto term = parse_node_name(name);
  if (!term) return false;
  const auto found = patterns_.find(term->pattern);
  if (found == patterns_.end()) return false;
  Numbers numbers{};
  for (std::size_t i = 0; i < term->numbers.size(); ++i) numbers[i] = term->numbers[i].front();
  return std::ranges::binary_search(found->second, numbers);
}

std::vector<std::string> NodeSet::names() const {
  std::vector<std::string> names;
  names.reserve(size());
  for (const auto& [pattern, list] : patterns_) {
    for (const Numbers& numbers : list) {
      names.push_back(fill(pattern, [&](std::size_t i) { return show_number(numbers[i]); }));
    }
  }
  return names;
}

NodeSet& NodeSet::operator|=(const NodeSet& other) {
  for (const auto& [pattern, list] : other.patterns_) {
    std::vector<Numbers> all;
    std::ranges::set_union(patterns_[pattern], list, std::back_inserter(all));
    patterns_[pattern] = std::move(all);
  }
  return *this;
}

NodeSet& NodeSet::operator&=(const NodeSet& other) {
  std::erase_if(patterns_, [&](auto& own) {
    const auto found = other.patterns_.find(own.first);
    if (found == other.patterns_.end()) return true;
    std::vector<Numbers> both;
    std::ranges::set_intersection(own.second, found->second, std::back_inserter(both));
    own.second = std::move(both);
    return own.second.empty();
  });
  return *this;
}

NodeSet& NodeSet::operator-=(const NodeSet& other) {
  std::erase_if(patterns_, [&](auto& own) {
    const auto found = other.patterns_.find(own.first);
    if (found == other.patterns_.end()) return false;
    std::vector<Numbers> left;
    std::ranges::set_difference(own.second, found->second, std::back_inserter(left));
    own.second = std::move(left);
    return own.second.empty();
  });
  return *this;
}

NodeSet& NodeSet::operator^=(const NodeSet& other) {
  NodeSet both = *this;
  both &= other;
  *this |= other;
  return *this -= both;
}

std::string to_string(const NodeSet& nodes) {
  std::vector<std::string> parts;
  for (const auto& [pattern, list] : nodes.patterns_) {
    const std::size_t count = count_numbers(pattern);
    for (const Box& box : to_boxes(list, count)) {
      parts.push_back(fill(pattern, [&](std::size_t i) {
        return box[i].size() == 1 ? show_number(box[i][0]) : '[' + fold(box[i]) + ']';
      }));
    }
  }
  return join(parts, ",");
}

namespace {

/// One expression being read, from left to right.
class ExpressionParser {
 public:
  ExpressionParser(std::string_view text, const NodeGroups& groups)
      : text_(text), groups_(groups) {}

  Result<NodeSet> parse() {
    skip_blanks();
    if (at_ == text_.size()) return NodeSet{};
    char operation = ',';
    while (true) {
      TRY(apply(operation));
      const bool blank = skip_blanks();
      if (at_ == text_.size()) break;
      if (is_operator(text_[at_])) {
        operation = text_[at_++];
        skip_blanks();
      } else {
        CHECK(blank);
        operation = ',';
      }
    }
    return builder_.finish();
  }

 private:
  static bool is_operator(char c) { return c == ',' || c == '!' || c == '&' || c == '^'; }
  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

  bool skip_blanks() {
    const std::size_t start = at_;
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    return at_ > start;
  }

  std::unexpected<Error> bad(std::string reason, std::string hint) const {
    return fail(ErrorKind::invalid, std::format("node set '{}': {}", printable(text_, 80), reason),
                std::move(hint));
  }

  /// The next operand: up to an operator or blank outside of brackets.
  std::string_view take_operand() {
    const std::size_t start = at_;
    bool inside = false;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '[') inside = true;
      if (c == ']') inside = false;
      if (!inside && (is_operator(c) || is_blank(c))) break;
    }
    return text_.substr(start, at_ - start);
  }

  /// Additions in a row are collected and sorted once; the other operations need a finished set.
  Status apply(char operation) {
    const std::string_view operand = take_operand();
    if (operand.empty()) {
      return bad(std::format("there is no node at character {}", at_ + 1),
                 "write a name on both sides of ',', '!', '&' and '^'");
    }
    if (operation == ',') return evaluate(operand, builder_);
    if (++operations_ > kMaxOperations) {
      return bad(std::format("it has more than {} of '!', '&' and '^'", kMaxOperations),
                 "name the nodes with fewer operations");
    }
    TRY_ASSIGN(NodeSet left, builder_.finish());
    NodeSetBuilder right_builder;
    TRY(evaluate(operand, right_builder));
    TRY_ASSIGN(const NodeSet right, right_builder.finish());
    if (operation == '!') left -= right;
    if (operation == '&') left &= right;
    if (operation == '^') left ^= right;
    return builder_.add(left);
  }

  Status evaluate(std::string_view operand, NodeSetBuilder& builder) const {
    if (operand.starts_with('@')) return evaluate_group(operand.substr(1), builder);
    const auto term = parse_node_term(operand);
    if (!term) return bad(term.error().message, term.error().hint);
    return builder.add(*term);
  }

  Status evaluate_group(std::string_view name, NodeSetBuilder& builder) const {
    if (!groups_) {
      return bad(std::format("this command knows no groups, and so no '@{}'", printable(name, 80)),
                 "write the nodes' names");
    }
    std::vector<std::string> names = {std::string(name)};
    if (name != "*") {
      const auto term = parse_node_term(name);
      if (!term) return bad(term.error().message, "groups are written '@name', all nodes '@*'");
      NodeSetBuilder groups;
      TRY(groups.add(*term));
      TRY_ASSIGN(const NodeSet set, groups.finish());
      names = set.names();
    }
    for (const std::string& group : names) {
      TRY_ASSIGN(const NodeSet nodes, groups_(group));
      TRY(builder.add(nodes));
    }
    return {};
  }

  /// Each of them costs time for the whole set, which hostile texts would use.
  static constexpr int kMaxOperations = 1000;

  std::string_view text_;
  const NodeGroups& groups_;
  std::size_t at_ = 0;
  int operations_ = 0;
  NodeSetBuilder builder_;
};

}  // namespace

Result<NodeSet> parse_node_set(std::string_view expression, const NodeGroups& groups) {
  return ExpressionParser(expression, groups).parse();
}

}  // namespace muster
