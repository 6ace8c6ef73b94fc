#include "core/spec/reference.h"

#include <algorithm>
#include <format>
#include <vector>

#include "core/base/text.h"
#include "core/spec/fields.h"
#include "core/spec/parse.h"
#include "core/spec/yaml_tree.h"

namespace muster::spec {
namespace {

constexpr std::string_view kIntroduction =
    R"(# cluster.yaml

<!-- Made by `muster spec reference` from the field table; changes belong there. -->

One file describes one cluster. Check it with `muster spec check FILE`: all that is wrong is reported
at once, each problem with its line, its column and what is allowed. `muster spec explain KEY` shows
one key, `muster spec schema --json` prints a JSON Schema for editors.

The smallest file has two lines; every other key has a default:

```yaml
schema: 1
name: muster
```

)";

constexpr std::string_view kRules = R"(## How values are read

The file is YAML in UTF-8, at most {0}, nested at most {1} levels deep. The type of a key decides what
a value means, quoted or not: `no` is the word "no", `1:30` is not a number, `010` is refused where a
number is wanted. Keys that are unknown or written twice are errors. Anchors and aliases work within one
file (at most {2} values when written out); merge keys (`<<`), tags and further documents do not.

## Rules between keys

- `nodes.addresses` and `nodes.unknown_addresses` lie within the network of `head.address`, have no
  address in common, and hold neither the head's address nor the first and last of the network.
- `head.address` is an address of a machine, its prefix from /8 to /30.
- `head.hostname` is no name that a node may get.
- Each `profiles[].image` names an image; there is at least one profile and one image.
- Names of profiles, images, users, extensions and volumes, user numbers and mount directories are
  written once each; so are the packages of one list, and the keys of one person.
- No user has the name of a system user.
- Volumes lie beside each other, and not on directories of the system.
)";

std::string indefinite_free(std::string_view name) {
  for (const std::string_view article : {"a ", "an ", "the ", "one "}) {
    if (name.starts_with(article)) return std::string(name.substr(article.size()));
  }
  return std::string(name);
}

std::string type_name(const Field& field) {
  switch (field.shape) {
    case Shape::value:
      return indefinite_free(field.type->name);
    case Shape::values:
      return "list: " + indefinite_free(field.type->name);
    case Shape::section:
      return "section";
    case Shape::sections:
      return "list of sections";
  }
  return {};
}

std::string default_text(const Field& field) {
  if (field.text.presence == Presence::required) return "required";
  if (field.shape == Shape::section) return "its keys' defaults";
  if (field.text.fallback.empty()) return "none";
  if (field.shape == Shape::sections) return std::format("one, `{}`", field.text.fallback);
  return std::format("`{}`", field.text.fallback);
}

/// Markdown splits a table's cells at '|', wherever it stands.
std::string cell(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '|') result += '\\';
    result += c;
  }
  return result;
}

std::string render_table(std::span<const Field> fields) {
  std::string text = "| Key | Meaning | Allowed | Default |\n|---|---|---|---|\n";
  for (const Field& field : fields) {
    const bool list = field.shape == Shape::values;
    const std::string allowed =
        field.type ? std::format("{}{}", list ? "a list, each " : "", field.type->allowed)
                   : type_name(field);
    text += std::format("| `{}` | {} | {} | {} |\n", field.text.key, cell(field.text.doc),
                        cell(allowed), cell(default_text(field)));
  }
  return text + "\n";
}

std::string_view shown_value(const Field& field) {
  return field.text.fallback.empty() ? field.text.example : field.text.fallback;
}

/// One section as it may stand in a file: every key with its default or its example.
std::string render_example(const Field& section) {
  const bool list = section.shape == Shape::sections;
  std::string text = std::format("```yaml\n{}:\n", section.text.key);
  std::string indent = list ? "  - " : "  ";
  for (const Field& field : section.fields) {
    text += std::format("{}{}:", indent, field.text.key);
    indent = list ? "    " : "  ";
    text += field.shape == Shape::values ? std::format("\n{}  - {}\n", indent, shown_value(field))
                                         : std::format(" {}\n", shown_value(field));
  }
  return text + "```\n\n";
}

/// "users[3].uid" and "users[].uid" as "users.uid".
std::string without_indexes(std::string_view path) {
  std::string result;
  bool inside = false;
  for (const char c : path) {
    if (c == '[') inside = true;
    if (!inside) result += c;
    if (c == ']') inside = false;
  }
  return result;
}

std::string explanation(const FieldPath& known) {
  const Field& field = *known.field;
  std::string doc(field.text.doc);
  std::erase(doc, '`');
  std::string fallback = default_text(field);
  std::erase(fallback, '`');
  std::string text = std::format("{} ({})\n  {}\n", known.path, type_name(field), doc);
  if (field.type) text += std::format("  Allowed: {}\n", field.type->allowed);
  text += std::format("  Default: {}\n", fallback);
  if (!field.text.example.empty()) text += std::format("  Example: {}\n", field.text.example);
  if (!field.fields.empty()) {
    std::vector<std::string> keys;
    for (const Field& row : field.fields) keys.emplace_back(row.text.key);
    text += std::format("  Keys: {}\n", join(keys, ", "));
  }
  return text;
}

}  // namespace

std::string render_reference() {
  std::string text(kIntroduction);
  text += "## Top level\n\n" + render_table(cluster_fields());
  for (const Field& field : cluster_fields()) {
    if (field.fields.empty()) continue;
    const bool list = field.shape == Shape::sections;
    text += std::format("## {}\n\n{}{}\n\n", field.text.key, field.text.doc,
                        list ? " Each element of the list has these keys:" : "");
    text += render_table(field.fields) + render_example(field);
  }
  return text + std::format(kRules, to_string(Bytes{kMaxFileSize}), kMaxDepth, kMaxNodes);
}

std::string render_field_list() {
  std::string text;
  for (const FieldPath& known : all_fields()) {
    std::string fallback = default_text(*known.field);
    std::erase(fallback, '`');
    text += std::format("{}\t{}\t{}\n", known.path, type_name(*known.field), fallback);
  }
  return text;
}

Result<std::string> explain_field(std::string_view path) {
  std::vector<std::string> names;
  for (const FieldPath& known : all_fields()) {
    if (without_indexes(known.path) == without_indexes(path)) return explanation(known);
    names.push_back(without_indexes(known.path));
  }
  const auto near = nearest(without_indexes(path), names);
  return fail(
      std::format("there is no field '{}'", printable(path, 80)),
      near ? std::format("did you mean '{}'?", *near) : "`muster spec schema` lists all fields");
}

}  // namespace muster::spec
