#pragma once
// The text behind a YAML tree: its places, and what the YAML library overlooks or says badly about
// it.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/spec/yaml_tree.h"

namespace muster::spec {

/// The first byte that no text file holds: not UTF-8, or a control character.
std::optional<YamlProblem> find_bad_byte(std::string_view text);

/// The first line behind others that begins with '%', as YAML's directives before a document do:
/// the library takes it, as the last one, for a document that never begins, and says nothing.
std::optional<YamlProblem> find_late_directive(std::string_view text);

/// Places in a text as the library counts them (from 0, columns in bytes) and as people do.
/// Owns: nothing; the text must live on.
class YamlText {
 public:
  explicit YamlText(std::string_view text);

  Mark mark(int line, int column) const;

  /// The place of nothing: the library reports the token behind it, which may stand lines below.
  Mark mark_of_nothing(int line, int column) const;

  /// Whether the value that starts here has its closing quote, or none at all. The library takes
  /// the end of the file for a closing quote, and so would swallow the rest of a file.
  bool closes_its_quote(int line, int column) const;

  /// What an error of the library means for who wrote the text.
  YamlProblem explain(std::string_view message, int line, int column) const;

  /// A second document begins here; often because a line is indented less than the first.
  YamlProblem explain_second_document(int line, int column) const;

 private:
  std::string_view line(int number) const;
  /// The nearest line above that says something; empty when there is none.
  std::string_view line_above(int number) const;
  /// A line that cannot stand below a key that has its value; none when that is not what is wrong.
  std::optional<YamlProblem> explain_deeper_line(int line) const;
  std::size_t offset(int line, int column) const;

  std::string_view text_;
  std::vector<std::size_t> starts_;
};

}  // namespace muster::spec
