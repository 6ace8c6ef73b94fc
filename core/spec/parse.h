#pragma once
// From the text of cluster.yaml to a validated ClusterSpec: all errors at once, each with its
// place, or remarks on a valid one. Pure: reads no file. The keys, their types and their meaning
// stand in the field table (fields.cpp).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/spec/cluster_spec.h"
#include "core/spec/places.h"

namespace muster::spec {

/// A specification, or everything that is wrong with its text: `spec` is set when `problems` is
/// empty.
struct ParseOutcome {
  std::optional<ClusterSpec> spec;
  /// In the order of their places in the file.
  std::vector<Diagnostic> problems;
  /// What is valid and surprises as a rule (remarks.h), in the same order; of a valid file only.
  std::vector<Diagnostic> remarks = {};
  /// For those who find more in the specification.
  Places places = {};
};

/// Parses and validates. `file_name` is used in problems only. Any bytes are answered by problems:
/// nothing is thrown, and time and memory are bounded (size, depth, expanded aliases).
ParseOutcome parse_cluster(std::string_view text, std::string_view file_name);

}  // namespace muster::spec
