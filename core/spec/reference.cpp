#include "core/spec/reference.h"

#include <algorithm>
#include <format>
#include <vector>

#include "core/base/text.h"
#include "core/spec/fields.h"
#include "core/spec/places.h"
#include "core/spec/reference_text.h"

namespace muster::spec {
namespace {

constexpr std::string_view kPageHead =
    "# cluster.yaml\n\n"
    "<!-- Made by `muster spec reference` from the field table; changes belong there. -->\n\n";

std::string render_passages(const std::vector<Passage>& passages) {
  std::string text;
  for (const Passage& passage : passages) {
    switch (passage.kind) {
      case Passage::Kind::heading:
        text += std::format("## {}\n\n", passage.text);
        break;
      case Passage::Kind::paragraph:
        text += std::format("{}\n\n", passage.text);
        break;
      case Passage::Kind::bullet:
        text += std::format("- {}\n", passage.text);
        break;
      case Passage::Kind::file:
        text += std::format("```yaml\n{}```\n\n", passage.text);
        break;
    }
  }
  return text;
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

std::string render_keys_table(std::span<const Field> fields) {
  std::string text = "| Key | Meaning | Allowed | Default |\n|---|---|---|---|\n";
  for (const Field& field : fields) {
    text += std::format("| `{}` | {} | {} | {} |\n", field.text.key, cell(field.text.doc),
                        cell(allowed_text(field)), cell(default_text(field)));
  }
  return text + "\n";
}

std::string render_reference() {
  std::string text(kPageHead);
  text += render_passages(introduction());
  text += "## Top level\n\n" + render_keys_table(cluster_fields());
  for (const FieldPath& section : all_sections()) {
    const Field& field = *section.field;
    const bool list = field.shape == Shape::sections;
    text += std::format("## {}\n\n{}{}\n\n", section.path, field.text.doc,
                        list ? " Each element of the list has these keys:" : "");
    text += render_keys_table(field.fields);
    text += std::format("```yaml\n{}```\n\n", example_text(section));
  }
  return text + render_passages(closing());
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
