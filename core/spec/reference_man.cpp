// The manual page cluster.yaml(5): mdoc(7) from the field table.

#include <algorithm>
#include <format>

#include "core/base/text.h"
#include "core/spec/reference.h"
#include "core/spec/reference_text.h"

namespace muster::spec {
namespace {

/// A manual page carries the date of its text, not of its making: two builds are the same.
constexpr std::string_view kManHead =
    ".\\\" Made by 'muster spec reference --man' from the field table; changes belong there.\n"
    ".Dd November 22, 2026\n"
    ".Dt CLUSTER.YAML 5\n"
    ".Os Muster\n"
    ".Sh NAME\n"
    ".Nm cluster.yaml\n"
    ".Nd description of a Muster cluster\n"
    ".Sh DESCRIPTION\n";

constexpr std::string_view kTail =
    ".Sh FILES\n"
    ".Bl -tag -width Ds\n"
    ".It Pa /etc/muster/cluster.yaml\n"
    "The file that describes a head's cluster.\n"
    ".El\n"
    ".Sh SEE ALSO\n"
    ".Xr muster 1 ,\n"
    ".Xr musterd 8\n";

/// One line of text that roff(7) shows as it is; words between backquotes are bold, and their
/// hyphens stay those that a person types.
std::string escape_line(std::string_view line) {
  std::string result;
  bool literal = false;
  for (const char c : line) {
    if (c == '`') {
      literal = !literal;
      result += literal ? "\\fB" : "\\fP";
    } else if (c == '\\') {
      result += "\\e";
    } else if (c == '-' && literal) {
      result += "\\-";
    } else {
      result += c;
    }
  }
  // A line that starts like a request would be taken for one.
  return result.starts_with('.') || result.starts_with('\'') ? "\\&" + result : result;
}

std::string escape(std::string_view text) {
  std::string result;
  for (const std::string& line : lines(text)) result += escape_line(trim(line)) + "\n";
  return result;
}

std::string render_file(std::string_view text) {
  std::string result = ".Bd -literal -offset indent\n";
  for (const std::string& line : lines(text)) result += escape_line(line) + "\n";
  return result + ".Ed\n";
}

std::string heading(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return 'a' <= c && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return std::format(".Sh {}\n", text);
}

std::string render_man_passages(const std::vector<Passage>& passages) {
  using Kind = Passage::Kind;
  std::string text;
  bool list = false;
  bool first = true;
  for (const Passage& passage : passages) {
    const bool bullet = passage.kind == Kind::bullet;
    if (bullet != list) text += bullet ? ".Bl -bullet\n" : ".El\n";
    list = bullet;
    if (passage.kind == Kind::heading) text += heading(passage.text);
    if (passage.kind == Kind::paragraph) text += (first ? "" : ".Pp\n") + escape(passage.text);
    if (passage.kind == Kind::bullet) text += ".It\n" + escape(passage.text);
    if (passage.kind == Kind::file) text += render_file(passage.text);
    first = passage.kind == Kind::heading;
  }
  return text + (list ? ".El\n" : "");
}

std::string render_keys(std::span<const Field> fields) {
  std::string text = ".Bl -tag -width Ds\n";
  for (const Field& field : fields) {
    text += std::format(".It Ic {}\n{}", field.text.key, escape(field.text.doc));
    text += ".br\n" + escape(std::format("Allowed: {}.", allowed_text(field)));
    text += ".br\n" + escape(std::format("Default: {}.", default_text(field)));
  }
  return text + ".El\n";
}

}  // namespace

std::string render_manual_page() {
  std::string text = std::string(kManHead) + render_man_passages(introduction());
  text += ".Sh KEYS\n.Ss Top level\n" + render_keys(cluster_fields());
  for (const FieldPath& section : all_sections()) {
    const Field& field = *section.field;
    text += std::format(".Ss {}\n{}", section.path, escape(field.text.doc));
    if (field.shape == Shape::sections) text += "Each element of the list has these keys:\n";
    text += render_keys(field.fields) + render_file(example_text(section));
  }
  return text + render_man_passages(closing()) + std::string(kTail);
}

}  // namespace muster::spec
