#include "core/spec/parse.h"

#include <algorithm>
#include <format>
#include <map>
#include <set>

#include "core/base/text.h"
#include "core/spec/fields.h"
#include "core/spec/ranges.h"
#include "core/spec/validate.h"
#include "core/spec/yaml_tree.h"

namespace muster::spec {
namespace {

/// A section being read: its node, its rows, the record that it fills, and its path ("" is the
/// file).
struct Section {
  const YamlNode* node;
  std::span<const Field> fields;
  void* record;
  std::string path;
  Mark mark;
};

std::string shown(std::string_view text) { return printable(text, 80); }

/// Walks the tree along the field table, fills the specification, collects what is wrong.
class Reader {
 public:
  explicit Reader(std::string_view file) : file_(file) {}

  void read_file(const YamlNode* root, ClusterSpec& spec) {
    read_section({root, cluster_fields(), &spec, "", root ? root->mark : Mark{}});
  }
  void add_conflicts(const std::vector<Conflict>& conflicts);
  bool wrote(const std::string& path) const { return places_.contains(path); }
  void add(Mark mark, std::string message, std::string hint) {
    problems_.push_back(
        {std::string(file_), mark.line, mark.column, std::move(message), std::move(hint)});
  }
  std::vector<Diagnostic> finish();

 private:
  void read_section(const Section& section);
  void read_entry(const Section& section, const YamlEntry& entry,
                  std::map<std::string, Mark>& seen);
  void read_field(const Section& section, const Field& field, const YamlEntry& entry);
  void read_value(const Section& section, const Field& field, const YamlEntry& entry);
  void read_values(const Section& section, const Field& field, const YamlEntry& entry);
  void read_sections(const Section& section, const Field& field, const YamlEntry& entry);
  void read_absent(const Section& section, const Field& field);
  void add_unknown(const Section& section, const YamlEntry& entry);
  void store(const Section& section, const Field& field, const std::string& path,
             const YamlNode& node);
  void reject(Mark mark, const std::string& path, std::string message, std::string hint) {
    broken_.insert(path);
    add(mark, std::move(message), std::move(hint));
  }
  Mark place_of(std::string path) const;
  bool is_broken(std::string path) const;

  std::string_view file_;
  std::vector<Diagnostic> problems_;
  /// Where each path stands in the file, and those that have a problem of their own.
  std::map<std::string, Mark> places_;
  std::set<std::string> broken_;
};

std::string below(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : std::format("{}.{}", path, key);
}

/// The path without its last part; empty at the top.
std::string above(const std::string& path) {
  const std::size_t end = path.find_last_of(".[");
  return end == std::string::npos ? std::string() : path.substr(0, end);
}

std::string_view kind_name(NodeKind kind) {
  switch (kind) {
    case NodeKind::null:
      return "nothing";
    case NodeKind::scalar:
      return "a single value";
    case NodeKind::sequence:
      return "a list";
    case NodeKind::map:
      return "a section";
  }
  return "something else";
}

std::vector<std::string> keys_of(std::span<const Field> fields) {
  std::vector<std::string> keys;
  for (const Field& field : fields) keys.emplace_back(field.text.key);
  return keys;
}

/// Where else in the file the key is known: "head.ssh_keys".
std::optional<std::string> find_elsewhere(std::string_view key) {
  for (const FieldPath& known : all_fields()) {
    if (known.field->text.key == key) return known.path;
  }
  return std::nullopt;
}

void Reader::read_section(const Section& section) {
  const std::string name = section.path.empty() ? "the file" : section.path;
  std::map<std::string, Mark> seen;
  if (section.node && section.node->kind == NodeKind::map) {
    for (const YamlEntry& entry : section.node->entries) read_entry(section, entry, seen);
  } else if (section.node && section.node->kind != NodeKind::null) {
    reject(section.mark, section.path,
           std::format("{} must be a section, not {}", name, kind_name(section.node->kind)),
           std::format("write 'key: value' lines with a blank after the colon; keys: {}",
                       join(keys_of(section.fields), ", ")));
    return;
  }
  for (const Field& field : section.fields) {
    if (!seen.contains(std::string(field.text.key))) read_absent(section, field);
  }
}

void Reader::read_entry(const Section& section, const YamlEntry& entry,
                        std::map<std::string, Mark>& seen) {
  const auto field =
      std::ranges::find(section.fields, entry.key, [](const Field& row) { return row.text.key; });
  if (field == section.fields.end()) {
    add_unknown(section, entry);
    return;
  }
  const auto [first, fresh] = seen.emplace(entry.key, entry.key_mark);
  if (!fresh) {
    add(entry.key_mark, std::format("'{}' is written twice", below(section.path, entry.key)),
        std::format("keep one; the first is in line {}", first->second.line));
    return;
  }
  read_field(section, *field, entry);
}

void Reader::add_unknown(const Section& section, const YamlEntry& entry) {
  const std::vector<std::string> keys = keys_of(section.fields);
  const auto near = nearest(entry.key, keys);
  const auto elsewhere = find_elsewhere(entry.key);
  const std::string where = section.path.empty() ? "" : std::format(" in {}", section.path);
  std::string hint = std::format("allowed: {}", join(keys, ", "));
  if (entry.key == "<<") {
    hint = "merge keys are not supported; write the values out";
  } else if (near) {
    hint = std::format("did you mean '{}'?", *near);
  } else if (elsewhere) {
    hint = std::format("'{}' is written as {}; {}", shown(entry.key), *elsewhere, hint);
  }
  add(entry.key_mark, std::format("unknown key '{}'{}", shown(entry.key), where), hint);
}

void Reader::read_field(const Section& section, const Field& field, const YamlEntry& entry) {
  const std::string path = below(section.path, field.text.key);
  const bool empty = entry.value->kind == NodeKind::null;
  const Mark mark = empty ? entry.key_mark : entry.value->mark;
  places_[path] = mark;
  switch (field.shape) {
    case Shape::value:
      return read_value(section, field, entry);
    case Shape::values:
      return read_values(section, field, entry);
    case Shape::section:
      return read_section(
          {entry.value.get(), field.fields, field.open(section.record), path, mark});
    case Shape::sections:
      return read_sections(section, field, entry);
  }
}

void Reader::store(const Section& section, const Field& field, const std::string& path,
                   const YamlNode& node) {
  const Status status = field.store(section.record, node.text);
  if (!status) {
    reject(node.mark, path, std::format("{}: {}", path, status.error().message),
           status.error().hint);
  }
}

void Reader::read_value(const Section& section, const Field& field, const YamlEntry& entry) {
  const std::string path = below(section.path, field.text.key);
  const NodeKind kind = entry.value->kind;
  if (kind == NodeKind::scalar) return store(section, field, path, *entry.value);
  if (kind == NodeKind::null) {
    return reject(entry.key_mark, path, std::format("{} has no value", path),
                  std::format("write {}, or remove the line", field.type->allowed));
  }
  reject(entry.value->mark, path,
         std::format("{} must be one value, not {}", path, kind_name(kind)),
         std::format("write {}", field.type->allowed));
}

void Reader::read_values(const Section& section, const Field& field, const YamlEntry& entry) {
  const std::string path = below(section.path, field.text.key);
  const YamlNode& list = *entry.value;
  if (list.kind == NodeKind::null) return;
  if (list.kind != NodeKind::sequence) {
    return reject(list.mark, path,
                  std::format("{} must be a list, not {}", path, kind_name(list.kind)),
                  "write each value in a line of its own that starts with '- '");
  }
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const YamlNode& item = *list.items[i];
    const std::string item_path = std::format("{}[{}]", path, i);
    places_[item_path] = item.mark;
    if (item.kind == NodeKind::scalar) {
      store(section, field, item_path, item);
      // Later paths count the elements that were kept, so one bad element spoils the list's rules.
      if (broken_.contains(item_path)) broken_.insert(path);
    } else {
      reject(item.mark, path,
             std::format("{} must be one value, not {}", item_path, kind_name(item.kind)),
             std::format("write {}", field.type->allowed));
    }
  }
}

void Reader::read_sections(const Section& section, const Field& field, const YamlEntry& entry) {
  const std::string path = below(section.path, field.text.key);
  const YamlNode& list = *entry.value;
  if (list.kind == NodeKind::null) return;
  if (list.kind != NodeKind::sequence) {
    return reject(list.mark, path,
                  std::format("{} must be a list, not {}", path, kind_name(list.kind)),
                  std::format("start each element with '- {}: …'", field.fields[0].text.key));
  }
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const YamlNode& item = *list.items[i];
    const std::string item_path = std::format("{}[{}]", path, i);
    places_[item_path] = item.mark;
    void* record = field.open(section.record);
    if (item.kind == NodeKind::null) {
      reject(item.mark, item_path, std::format("{} is empty", item_path),
             std::format("write '- {}: …', or remove the '-'", field.fields[0].text.key));
    } else {
      read_section({&item, field.fields, record, item_path, item.mark});
    }
  }
}

/// What holds when a key is not written.
void Reader::read_absent(const Section& section, const Field& field) {
  const std::string path = below(section.path, field.text.key);
  if (field.text.presence == Presence::required) {
    return reject(section.mark, path, std::format("{} is missing", path),
                  std::format("add '{}: {}'", field.text.key, field.text.example));
  }
  if (field.shape == Shape::section) {
    return read_section({nullptr, field.fields, field.open(section.record), path, section.mark});
  }
  if (field.text.fallback.empty()) return;
  if (field.shape == Shape::sections) {
    const YamlNode name{.kind = NodeKind::scalar, .text = std::string(field.text.fallback)};
    const YamlNode element{.kind = NodeKind::map,
                           .mark = section.mark,
                           .entries = {{"name", section.mark, std::make_shared<YamlNode>(name)}}};
    return read_section(
        {&element, field.fields, field.open(section.record), path + "[0]", section.mark});
  }
  CHECK(field.store(section.record, field.text.fallback).has_value());
}

Mark Reader::place_of(std::string path) const {
  while (!path.empty()) {
    const auto found = places_.find(path);
    if (found != places_.end()) return found->second;
    path = above(path);
  }
  return Mark{};
}

/// The value has a problem of its own, or what holds it has one.
bool Reader::is_broken(std::string path) const {
  while (!path.empty()) {
    if (broken_.contains(path)) return true;
    path = above(path);
  }
  return broken_.contains("");
}

/// Rules that read a value with a problem of its own say nothing new.
void Reader::add_conflicts(const std::vector<Conflict>& conflicts) {
  for (const Conflict& conflict : conflicts) {
    const auto broken = [&](const std::string& path) { return is_broken(path); };
    if (std::ranges::any_of(conflict.paths, broken)) continue;
    // What the file does not say is not where it can be corrected.
    const auto written =
        std::ranges::find_if(conflict.paths, [&](const std::string& path) { return wrote(path); });
    add(place_of(written == conflict.paths.end() ? conflict.paths.front() : *written),
        conflict.message, conflict.hint);
  }
}

std::vector<Diagnostic> Reader::finish() {
  const auto place = [](const Diagnostic& problem) {
    return std::pair(problem.line, problem.column);
  };
  std::ranges::stable_sort(problems_, {}, place);
  if (problems_.size() > kMaxProblems) {
    const std::size_t more = problems_.size() - kMaxProblems;
    problems_.resize(kMaxProblems);
    Diagnostic last = problems_.back();
    last.message = std::format("and {} more problems", more);
    last.hint = "correct those above first";
    problems_.push_back(last);
  }
  return std::move(problems_);
}

/// Fills in what is taken from another key.
void derive(const Reader& reader, ClusterSpec& spec) {
  const Ipv4Interface& head = spec.head.address;
  // What is wrong with the prefix is reported by itself.
  if (!can_hold_cluster(head)) return;
  const Ranges ranges = default_ranges(head);
  if (!reader.wrote("nodes.addresses")) spec.nodes.addresses = ranges.nodes;
  if (!reader.wrote("nodes.unknown_addresses")) spec.nodes.unknown_addresses = ranges.unknown;
}

}  // namespace

std::string to_string(const Diagnostic& problem) {
  std::string text = std::format("{}:{}:{}: {}", printable(problem.file, 4096), problem.line,
                                 problem.column, problem.message);
  if (!problem.hint.empty()) text += "; " + problem.hint;
  return text;
}

ParseOutcome parse_cluster(std::string_view text, std::string_view file_name) {
  Reader reader(file_name);
  if (text.size() > kMaxFileSize) {
    reader.add({}, std::format("the file is larger than {}", to_string(Bytes{kMaxFileSize})),
               "a description of a cluster is a few pages of text");
    return {.spec = std::nullopt, .problems = reader.finish()};
  }
  const YamlOutcome yaml = parse_yaml(text);
  for (const YamlProblem& problem : yaml.problems) {
    reader.add(problem.mark, problem.message, problem.hint);
  }
  ClusterSpec spec;
  if (yaml.problems.empty()) {
    reader.read_file(yaml.root.get(), spec);
    derive(reader, spec);
    reader.add_conflicts(validate_cluster(spec));
  }
  std::vector<Diagnostic> problems = reader.finish();
  if (!problems.empty()) return {.spec = std::nullopt, .problems = std::move(problems)};
  return {.spec = std::move(spec), .problems = {}};
}

}  // namespace muster::spec
