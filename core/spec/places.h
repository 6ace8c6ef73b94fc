#pragma once
// Where in its file each field of a specification is, and the text of a finding with its place.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/spec/finding.h"
#include "core/spec/yaml_tree.h"

namespace muster::spec {

/// One thing that is wrong with a file or remarkable in it, and where. Lines and columns start at
/// 1; a column counts characters, as editors do.
struct Diagnostic {
  std::string file;
  int line = 1;
  int column = 1;
  /// What is wrong; `hint` is what is allowed, or the next step.
  std::string message;
  std::string hint;

  bool operator==(const Diagnostic&) const = default;
};

/// "file:line:column: message; hint", safe to show on a terminal.
std::string to_string(const Diagnostic& problem);

/// Most that is reported of one file; one more line says that there are others.
inline constexpr std::size_t kMaxProblems = 200;

/// Leaves out what is more than that; the last line then counts them as `what` ("problems").
void shorten(std::vector<Diagnostic>& diagnostics, std::string_view what);

/// In the order of their places in a file.
void sort_by_place(std::vector<Diagnostic>& diagnostics);

/// The path without its last part: "users" for "users[3]"; empty at the top.
std::string path_above(std::string_view path);

/// "users.uid" for "users[3].uid" and "users[].uid".
std::string without_indexes(std::string_view path);

class Places {
 public:
  void set(const std::string& path, Mark mark) { marks_[path] = mark; }
  /// Whether the file says something of this field.
  bool has(std::string_view path) const { return marks_.contains(path); }
  /// The place of the field, or of the nearest section around it that is written.
  Mark of(std::string_view path) const;
  /// The place of the first of its fields that is written: what the file does not say is not where
  /// it can be corrected.
  Mark of(const Finding& finding) const;

 private:
  std::map<std::string, Mark, std::less<>> marks_;
};

Diagnostic diagnose(const Finding& finding, const Places& places, std::string_view file);

}  // namespace muster::spec
