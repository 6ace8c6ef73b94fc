#pragma once
// What extensions say of themselves and of the cluster: problems, figures, and answers to verbs;
// and how what their hooks answered is read. Pure.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "control/problem.h"
#include "core/base/result.h"

namespace muster::control {

/// One value of a figure, such as {room: "a"} 21.5.
struct Sample {
  std::map<std::string, std::string, std::less<>> labels;
  double value = 0;
  bool operator==(const Sample&) const = default;
};

/// A figure as Prometheus has it (prometheus.io, "Exposition formats").
struct Metric {
  std::string name;
  std::string help;
  /// "gauge" or "counter".
  std::string type;
  std::vector<Sample> samples;
  bool operator==(const Metric&) const = default;
};

struct ExtensionReport {
  /// What its hook `health` finds wrong.
  std::vector<Problem> problems;
  /// What one of its hooks printed last.
  std::string said;
  /// Why hooks failed when they were asked last: by their names, and those of nodes as "nodes".
  std::map<std::string, std::string, std::less<>> failures;
};

/// What a verb answered.
struct VerbAnswer {
  /// For people.
  std::string text;
  /// For programs: an object; null: nothing.
  nlohmann::json data;
  /// The status with which `muster ext run` ends; 0: it succeeded.
  int status = 0;
};

/// {"problems": [{"what", "next"}, …]}. Errors (invalid): not of this form.
Result<std::vector<Problem>> parse_health(const nlohmann::json& output);
/// {"metrics": [{"name", "help", "type", "samples": [{"labels": {…}, "value": 1.5}, …]}, …]}. The
/// names begin with that of the extension and '_', with '_' for '-'. Errors (invalid): not of this
/// form.
Result<std::vector<Metric>> parse_metrics(const nlohmann::json& output,
                                          const std::string& extension);
/// {"text", "data", "status"}, of which each may be left out. Errors (invalid): not of this form.
Result<VerbAnswer> parse_verb_answer(const nlohmann::json& output);

}  // namespace muster::control
