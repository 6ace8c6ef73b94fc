#include "core/spec/reference_text.h"

#include <format>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/spec/parse.h"
#include "core/spec/yaml_tree.h"

namespace muster::spec {
namespace {

using Kind = Passage::Kind;

constexpr std::string_view kWhatItIs =
    R"(One file describes one cluster. Check it with `muster spec check FILE`: all that is wrong is reported
at once, each problem with its line, its column and what is allowed. A valid file may get remarks: what is
allowed and most probably not what was meant; `--strict` takes them for problems. A package that Debian
does not have is a remark on a machine where an ISO was built before. `muster spec explain KEY` shows
one key, `muster spec schema --json` prints a JSON Schema for editors.)";

constexpr std::string_view kValues =
    R"(The file is YAML in UTF-8, at most {0}, nested at most {1} levels deep. The type of a key decides what
a value means, quoted or not: `no` is the word "no", `1:30` is not a number, `010` is refused where a
number is wanted. Keys that are unknown or written twice are errors. Anchors and aliases work within one
file (at most {2} values when written out); merge keys (`<<`), directives (`%`), tags of programs (`!name`) and further documents do not.)";

constexpr std::string_view kRules[] = {
    R"(`nodes.addresses` and `nodes.unknown_addresses` lie within the network of `head.address`, have no
  address in common, and have neither the head's address nor the first and last of the network in them.)",
    R"(Without them, they lie beside the head's address: for 10.42.0.1/16 as in the example above, in a small
  network such as 192.168.7.1/24 as 192.168.7.2-192.168.7.191 and 192.168.7.192-192.168.7.254.)",
    "`head.address` is an address of a machine, its prefix from /8 to /29.",
    "`head.hostname` is no name that a node may get, and not `localhost`.",
    "Each `profiles[].image` names an image; there is at least one profile and one image.",
    R"(Names of profiles, images, users, extensions, volumes and groups, user numbers and mount directories are
  written once each; so are the packages of one list, and the keys of one person.)",
    "No user has the name of a user or group of the system.",
    R"(No group has the name of a profile. Groups and profiles have no name of a state of nodes, such as
  `ready`, and none that a node may get.)",
    "The kernel arguments of a profile and of its image are at most 1,536 characters together.",
    "Volumes lie beside each other, and not on directories of the system.",
};

std::string without_article(std::string_view name) {
  for (const std::string_view article : {"a ", "an ", "the ", "one "}) {
    if (name.starts_with(article)) return std::string(name.substr(article.size()));
  }
  return std::string(name);
}

std::string_view shown_value(const Field& field) {
  return field.text.example.empty() ? field.text.fallback : field.text.example;
}

}  // namespace

std::vector<Passage> introduction() {
  return {{Kind::paragraph, std::string(kWhatItIs)},
          {Kind::paragraph, "The smallest file has two lines; every other key has a default:"},
          {Kind::file, "schema: 1\nname: muster\n"}};
}

std::vector<Passage> closing() {
  std::vector<Passage> passages = {
      {Kind::heading, "How values are read"},
      {Kind::paragraph, std::format(kValues, to_string(Bytes{kMaxFileSize}), kMaxDepth, kMaxNodes)},
      {Kind::heading, "Rules between keys"}};
  for (const std::string_view rule : kRules) passages.push_back({Kind::bullet, std::string(rule)});
  return passages;
}

std::string type_name(const Field& field) {
  switch (field.shape) {
    case Shape::value:
      return without_article(field.type->name);
    case Shape::values:
      return "list: " + without_article(field.type->name);
    case Shape::section:
      return "section";
    case Shape::sections:
      return "list of sections";
  }
  return {};
}

std::string allowed_text(const Field& field) {
  if (field.type == nullptr) return type_name(field);
  return std::format("{}{}", field.shape == Shape::values ? "a list, each " : "",
                     field.type->allowed);
}

std::string default_text(const Field& field) {
  if (field.text.presence == Presence::required) return "required";
  if (field.shape == Shape::section) return "its keys' defaults";
  if (!field.text.derived.empty()) return std::string(field.text.derived);
  if (field.text.fallback.empty()) return "none";
  if (field.shape == Shape::sections) return std::format("one, `{}`", field.text.fallback);
  return std::format("`{}`", field.text.fallback);
}

std::vector<FieldPath> all_sections() {
  std::vector<FieldPath> sections = all_fields();
  std::erase_if(sections, [](const FieldPath& known) { return known.field->fields.empty(); });
  return sections;
}

std::string example_text(const FieldPath& section) {
  std::string text;
  std::string indent;
  for (const std::string& key : split(section.path, '.')) {
    text += std::format("{}{}:\n", indent, key);
    indent += "  ";
  }
  const bool list = section.field->shape == Shape::sections;
  const std::string inner = indent + (list ? "  " : "");
  std::string first = indent + (list ? "- " : "");
  for (const Field& field : section.field->fields) {
    if (!field.fields.empty()) continue;
    text += std::format("{}{}:", first, field.text.key);
    first = inner;
    text += field.shape == Shape::values ? std::format("\n{}  - {}\n", inner, shown_value(field))
                                         : std::format(" {}\n", shown_value(field));
  }
  return text;
}

}  // namespace muster::spec
