#include "core/spec/reader.h"

#include <algorithm>
#include <format>
#include <tuple>

#include "core/base/text.h"
#include "core/base/units.h"

namespace muster::spec {
namespace {

std::string shown(std::string_view text) { return printable(text, 80); }

std::string below(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : std::format("{}.{}", path, key);
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

}  // namespace

void Reader::add(Mark mark, std::string message, std::string hint) {
  problems_.push_back(
      {std::string(file_), mark.line, mark.column, std::move(message), std::move(hint)});
}

void Reader::reject(Mark mark, const std::string& path, std::string message, std::string hint) {
  broken_.insert(path);
  add(mark, std::move(message), std::move(hint));
}

bool Reader::read_text(std::string_view text, void* record) {
  if (text.size() > kMaxFileSize) {
    add({}, std::format("the file is larger than {}", to_string(Bytes{kMaxFileSize})),
        "such a file is a few pages of text");
    return false;
  }
  if (const auto decoded = decode_text(text); !decoded) {
    add({}, decoded.error().message, decoded.error().hint);
    return false;
  }
  const YamlOutcome yaml = parse_yaml(text);
  for (const YamlProblem& problem : yaml.problems) add(problem.mark, problem.message, problem.hint);
  if (!yaml.problems.empty()) return false;
  const YamlNode* const root = yaml.root.get();
  read_section({root, table_.fields, record, "", root ? root->mark : Mark{}});
  return true;
}

void Reader::read_section(const Section& section) {
  const std::string name = section.path.empty() ? "the file" : section.path;
  std::map<std::string, Mark> seen;
  if (section.node && section.node->kind == NodeKind::map) {
    for (const YamlEntry& entry : section.node->entries) read_entry(section, entry, seen);
  } else if (section.node && section.node->kind != NodeKind::null) {
    const auto answer = table_.answer_to_shape(section.path);
    reject(section.mark, section.path,
           std::format("{} must be a section, not {}", name, kind_name(section.node->kind)),
           answer.value_or(
               std::format("write 'key: value' lines with a blank after the colon; keys: {}",
                           join(keys_of(section.fields), ", "))));
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

void Reader::read_field(const Section& section, const Field& field, const YamlEntry& entry) {
  const std::string path = below(section.path, field.text.key);
  const bool empty = entry.value->kind == NodeKind::null;
  const Mark mark = empty ? entry.key_mark : entry.value->mark;
  places_.set(path, mark);
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
  const bool is_null = list.kind == NodeKind::null;
  if (field.text.empty == FieldText::Empty::refused &&
      (is_null || (list.kind == NodeKind::sequence && list.items.empty()))) {
    return reject(entry.key_mark, path, std::format("{} is an empty list", path),
                  std::format("leave out '{}', or write at least one value", field.text.key));
  }
  if (is_null) return;
  if (list.kind != NodeKind::sequence) {
    return reject(list.mark, path,
                  std::format("{} must be a list, not {}", path, kind_name(list.kind)),
                  "write each value in a line of its own that starts with '- '");
  }
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const YamlNode& item = *list.items[i];
    const std::string item_path = std::format("{}[{}]", path, i);
    places_.set(item_path, item.mark);
    if (item.kind == NodeKind::scalar) {
      store(section, field, item_path, item);
    } else {
      // It takes its place in the list all the same.
      std::ignore = field.store(section.record, "");
      reject(item.mark, item_path,
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
    places_.set(item_path, item.mark);
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
namespace {

/// What to write in place of a key that is missing; empty where no example is known.
std::string how_to_add(const Field& field) {
  if (field.text.example.empty()) return {};
  const bool is_list = field.shape == Shape::values;
  return std::format("add '{}: {}{}{}'", field.text.key, is_list ? "[" : "", field.text.example,
                     is_list ? "]" : "");
}

}  // namespace

void Reader::read_absent(const Section& section, const Field& field) {
  const std::string path = below(section.path, field.text.key);
  if (field.text.presence == Presence::required) {
    return reject(section.mark, path, std::format("{} is missing", path), how_to_add(field));
  }
  if (field.shape == Shape::section) {
    return read_section({nullptr, field.fields, field.open(section.record), path, section.mark});
  }
  if (field.text.fallback.empty()) return;
  if (field.shape == Shape::sections) {
    const YamlNode name{.kind = NodeKind::scalar, .text = std::string(field.text.fallback)};
    const YamlNode element{.kind = NodeKind::map,
                           .mark = section.mark,
                           .entries = {{std::string(field.fields[0].text.key), section.mark,
                                        std::make_shared<YamlNode>(name)}}};
    return read_section(
        {&element, field.fields, field.open(section.record), path + "[0]", section.mark});
  }
  CHECK(field.store(section.record, field.text.fallback).has_value());
}

/// The value has a problem of its own, or what it stands in has one.
bool Reader::is_broken(std::string_view path) const {
  for (std::string at(path); !at.empty(); at = path_above(at)) {
    if (broken_.contains(at)) return true;
  }
  return broken_.contains("");
}

void Reader::add_findings(const Findings& findings) {
  for (const Finding& finding : findings) {
    const auto broken = [&](const std::string& path) { return is_broken(path); };
    if (std::ranges::any_of(finding.paths, broken)) continue;
    problems_.push_back(diagnose(finding, places_, file_));
  }
}

std::vector<Diagnostic> Reader::finish() {
  sort_by_place(problems_);
  shorten(problems_, "problems");
  return std::move(problems_);
}

/// Where a key belongs that is in the wrong section; empty when it belongs nowhere.
std::string Reader::place_elsewhere(std::string_view key) const {
  std::vector<std::string> sections;
  for (const FieldPath& known : all_fields(table_.fields)) {
    if (known.field->text.key != key) continue;
    const std::string section = path_above(known.path);
    if (section.empty()) {
      return std::format("'{}' is a key of the file itself: write it without indentation", key);
    }
    sections.push_back(section.ends_with(']') ? section : section + ":");
  }
  // A word such as 'name' is in nearly every section, and so in none of them by mistake.
  if (sections.empty() || sections.size() > 2) return {};
  return std::format("'{}' belongs in {}", key, join(sections, " or "));
}

void Reader::add_unknown(const Section& section, const YamlEntry& entry) {
  const std::vector<std::string> keys = keys_of(section.fields);
  const std::string where = section.path.empty() ? "" : std::format(" in {}", section.path);
  const std::string message = std::format("unknown key '{}'{}", shown(entry.key), where);
  const std::string allowed = std::format("allowed: {}", join(keys, ", "));
  if (entry.key == "<<") {
    return add(entry.key_mark, message, "merge keys are not supported; write the values out");
  }
  if (const auto answer = table_.answer_to_key(without_indexes(section.path), entry.key)) {
    return add(entry.key_mark, message, *answer);
  }
  if (const auto near = nearest(entry.key, keys)) {
    return add(entry.key_mark, message, std::format("did you mean '{}'?", *near));
  }
  const std::string elsewhere = place_elsewhere(entry.key);
  add(entry.key_mark, message,
      elsewhere.empty() ? allowed : std::format("{}; {}", elsewhere, allowed));
}

}  // namespace muster::spec
