#pragma once
// Shorthands for tests: parse a text, and see its problems as "line:column: message; hint".

#include <string>
#include <string_view>
#include <vector>

#include "core/spec/parse.h"

namespace muster::spec {

/// The two lines that every file needs; texts of tests follow from line 3.
inline constexpr std::string_view kHeading = "schema: 1\nname: test\n";

inline std::vector<std::string> problems_of(std::string_view text) {
  std::vector<std::string> problems;
  for (const Diagnostic& problem : parse_cluster(text, "f").problems) {
    problems.push_back(to_string(problem).substr(2));
  }
  return problems;
}

/// The only problem of heading + text; all of them when there are more.
inline std::string problem_of(std::string_view text) {
  std::string all;
  for (const std::string& problem : problems_of(std::string(kHeading) + std::string(text))) {
    all += (all.empty() ? "" : "\n") + problem;
  }
  return all;
}

/// The remarks on a text that follows a heading of two lines, a line each; problems when it is not
/// valid. The heading's name is unremarkable, as "test" is not.
inline std::string remarks_of(std::string_view text) {
  const ParseOutcome outcome = parse_cluster("schema: 1\nname: site1\n" + std::string(text), "f");
  std::string all;
  for (const Diagnostic& one : outcome.spec ? outcome.remarks : outcome.problems) {
    all += (all.empty() ? "" : "\n") + to_string(one).substr(2);
  }
  return outcome.spec ? all : "invalid: " + all;
}

inline ClusterSpec spec_of(std::string_view text) {
  return parse_cluster(std::string(kHeading) + std::string(text), "f").spec.value();
}

}  // namespace muster::spec
