#include "core/spec/yaml_tree.h"

#include <algorithm>
#include <format>
#include <map>
#include <optional>
#include <sstream>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "core/base/text.h"
#include "core/spec/yaml_text.h"

namespace muster::spec {
namespace {

/// Ends the library's parse from within its events; never leaves this file.
struct Stop {
  YamlProblem problem;
};

Mark place_of(const YamlText& text, const YAML::Mark& mark) {
  return mark.is_null() ? Mark{} : text.mark(mark.line, mark.column);
}

/// Builds the tree from the library's events.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const YamlText& text) : text_(text) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (root_) throw Stop{text_.explain_second_document(mark.line, mark.column)};
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    auto nothing = std::make_shared<YamlNode>();
    nothing->mark = text_.mark_of_nothing(mark.line, mark.column);
    add(nothing, anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override { close(); }

  /// The tree; what is still open after an error is closed.
  std::shared_ptr<const YamlNode> finish() {
    while (!open_.empty()) close();
    return root_;
  }

 private:
  struct Open {
    std::shared_ptr<YamlNode> node;
    YAML::anchor_t anchor = 0;
    std::optional<std::pair<std::string, Mark>> key = {};
  };

  YamlNode node(NodeKind kind, const YAML::Mark& mark) const {
    return YamlNode{.kind = kind, .mark = place_of(text_, mark)};
  }
  [[noreturn]] void stop(const YAML::Mark& mark, std::string message, std::string hint) const {
    throw Stop{{place_of(text_, mark), std::move(message), std::move(hint)}};
  }
  void check_tag(const YAML::Mark& mark, const std::string& tag) const;
  void start(const YAML::Mark& mark, NodeKind kind, YAML::anchor_t anchor);
  void add(const std::shared_ptr<const YamlNode>& child, YAML::anchor_t anchor);
  void add_to_map(Open& parent, const std::shared_ptr<const YamlNode>& child);
  void close();

  const YamlText& text_;
  std::shared_ptr<const YamlNode> root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, std::shared_ptr<const YamlNode>> anchors_;
};

void TreeBuilder::check_tag(const YAML::Mark& mark, const std::string& tag) const {
  constexpr std::string_view kStandard = "tag:yaml.org,2002:";
  if (tag.empty() || tag == "?" || tag == "!" || tag.starts_with(kStandard)) return;
  stop(mark, std::format("tag '{}' is unknown", printable(tag, 80)), "remove the tag");
}

void TreeBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end()) {
    stop(mark, "the alias names the list or section around it", "write the value out");
  }
  auto copy = std::make_shared<YamlNode>(*found->second);
  copy->mark = place_of(text_, mark);
  add(copy, 0);
}

void TreeBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& value) {
  check_tag(mark, tag);
  if (!text_.closes_its_quote(mark.line, mark.column)) {
    stop(mark, "the quote that starts here is not closed", "close it at the end of the value");
  }
  auto scalar = std::make_shared<YamlNode>(node(NodeKind::scalar, mark));
  scalar->text = value;
  add(scalar, anchor);
}

void TreeBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag,
                                  YAML::anchor_t anchor, YAML::EmitterStyle::value) {
  check_tag(mark, tag);
  start(mark, NodeKind::sequence, anchor);
}

void TreeBuilder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                             YAML::EmitterStyle::value) {
  check_tag(mark, tag);
  start(mark, NodeKind::map, anchor);
}

void TreeBuilder::start(const YAML::Mark& mark, NodeKind kind, YAML::anchor_t anchor) {
  if (static_cast<int>(open_.size()) >= kMaxDepth) {
    stop(mark, std::format("lists and sections are nested more than {} levels deep", kMaxDepth),
         "a cluster needs no more than four");
  }
  if (!open_.empty() && open_.back().node->kind == NodeKind::map && !open_.back().key) {
    stop(mark, "there is a list or section where a key is expected", "write 'key: value'");
  }
  open_.push_back(Open{.node = std::make_shared<YamlNode>(node(kind, mark)), .anchor = anchor});
}

void TreeBuilder::add(const std::shared_ptr<const YamlNode>& child, YAML::anchor_t anchor) {
  if (anchor != 0) anchors_[anchor] = child;
  if (open_.empty()) {
    root_ = child;
    return;
  }
  Open& parent = open_.back();
  if (parent.node->kind == NodeKind::map) {
    if (!parent.key) {
      if (child->kind != NodeKind::scalar) {
        throw Stop{{child->mark, "a key is missing", "write 'key: value'"}};
      }
      parent.key.emplace(child->text, child->mark);
      return;
    }
    add_to_map(parent, child);
  } else {
    parent.node->items.push_back(child);
  }
  parent.node->expanded += child->expanded;
  parent.node->depth = std::max(parent.node->depth, child->depth + 1);
  const int deepest = static_cast<int>(open_.size()) + child->depth;
  if (parent.node->expanded > kMaxNodes || deepest > kMaxDepth) {
    throw Stop{{child->mark, "the file grows beyond all need when its aliases are written out",
                std::format("use fewer aliases: the limit is {} values", kMaxNodes)}};
  }
}

void TreeBuilder::add_to_map(Open& parent, const std::shared_ptr<const YamlNode>& child) {
  parent.node->entries.push_back(
      YamlEntry{.key = parent.key->first, .key_mark = parent.key->second, .value = child});
  parent.key.reset();
}

void TreeBuilder::close() {
  const Open done = std::move(open_.back());
  open_.pop_back();
  add(done.node, done.anchor);
}

YamlOutcome parse_text(std::string_view text) {
  const YamlText places(text);
  TreeBuilder builder(places);
  std::vector<YamlProblem> problems;
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop& stop) {
    problems.push_back(stop.problem);
  } catch (const YAML::Exception& error) {
    problems.push_back(places.explain(error.msg, error.mark.line, error.mark.column));
  }
  if (!problems.empty()) return {.root = nullptr, .problems = problems};
  return {.root = builder.finish(), .problems = {}};
}

}  // namespace

YamlOutcome parse_yaml(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (auto bad = find_bad_byte(text)) return {.root = nullptr, .problems = {*bad}};
  if (auto late = find_late_directive(text)) return {.root = nullptr, .problems = {*late}};
  return parse_text(text);
}

}  // namespace muster::spec
