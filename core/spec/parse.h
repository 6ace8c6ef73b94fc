#pragma once
// From the text of cluster.yaml to a validated ClusterSpec: all errors at once, each with its
// place. Pure: reads no file. The keys, their types and their meaning stand in the field table
// (fields.cpp).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/spec/cluster_spec.h"

namespace muster::spec {

/// One thing that is wrong with a file, and where. Lines and columns start at 1; a column counts
/// characters, as editors do.
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

/// A specification, or everything that is wrong with its text: `spec` is set when `problems` is
/// empty.
struct ParseOutcome {
  std::optional<ClusterSpec> spec;
  /// In the order of their places in the file.
  std::vector<Diagnostic> problems;
};

/// Largest file that is read. Units: bytes.
inline constexpr std::size_t kMaxFileSize = 1U << 20;

/// Most problems that are reported of one file; one more says that there are others.
inline constexpr std::size_t kMaxProblems = 200;

/// Parses and validates. `file_name` is used in problems only. Any bytes are answered by problems:
/// nothing is thrown, and time and memory are bounded (size, depth, expanded aliases).
ParseOutcome parse_cluster(std::string_view text, std::string_view file_name);

}  // namespace muster::spec
