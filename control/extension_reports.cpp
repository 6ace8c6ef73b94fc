#include "control/extension_reports.h"

#include <algorithm>
#include <format>
#include <set>

#include "core/base/text.h"
#include "core/json/members.h"

namespace muster::control {
namespace {

using muster::json::Members;
using muster::json::Problems;
using muster::json::Value;

constexpr std::size_t kMostProblems = 100;
constexpr std::size_t kMostMetrics = 200;
constexpr std::size_t kMostSamples = 20'000;
constexpr std::size_t kMostLabels = 10;
constexpr std::size_t kLongestLine = 500;
constexpr std::size_t kLongestName = 200;
constexpr std::size_t kMostVerbText = 1U << 20U;

/// Errors (invalid): there are more than so many.
Status check_most(const Value& list, const char* what, std::size_t most) {
  if (list.size() <= most) return {};
  return fail(ErrorKind::invalid, std::format("there are more than {} {}", most, what));
}

/// [a-z_][a-z0-9_]*, as Prometheus has names of metrics and labels, in small letters.
bool is_metric_name(std::string_view text) {
  const auto is_right = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && (text[0] < '0' || text[0] > '9') && std::ranges::all_of(text, is_right);
}

std::string prefix_of(std::string extension) {
  std::ranges::replace(extension, '-', '_');
  return extension + "_";
}

Sample read_sample(const Value& value, Problems& problems, const std::string& place) {
  Members members(value, problems, place);
  Sample sample;
  if (auto labels = members.find_object("labels")) {
    for (const auto& [name, text] : value.at("labels").items()) {
      if (!is_metric_name(name) || name.starts_with("__"))
        problems.add(labels->path(printable(name, 40)), "is no label");
      sample.labels[name] = labels->find_shown(name.c_str(), kLongestName).value_or("");
    }
  }
  if (sample.labels.size() > kMostLabels) problems.add(place, "has more than 10 labels");
  if (value.is_object() && value.contains("value") && value.at("value").is_number()) {
    sample.value = value.at("value").get<double>();
  } else {
    problems.add(members.path("value"), "is no number");
  }
  return sample;
}

Metric read_metric(const Value& value, Problems& problems, const std::string& place,
                   const std::string& prefix) {
  Members members(value, problems, place);
  Metric metric{.name = members.word("name", kLongestName),
                .help = members.find_shown("help", kLongestLine).value_or(""),
                .type = members.find_word("type", 16).value_or("gauge")};
  if (!is_metric_name(metric.name) || !metric.name.starts_with(prefix)) {
    problems.add(members.path("name"),
                 std::format("is not {} and small letters, digits and '_'", prefix));
  }
  if (metric.type != "gauge" && metric.type != "counter") {
    problems.add(members.path("type"), "is neither 'gauge' nor 'counter'");
  }
  std::set<std::string> known;
  for (const Value& value_of : members.list("samples")) {
    const std::string at = std::format("{}.samples[{}]", place, metric.samples.size());
    metric.samples.push_back(read_sample(value_of, problems, at));
    const bool is_new = known.insert(Value(metric.samples.back().labels).dump()).second;
    if (!is_new) problems.add(at, "has the labels of another sample");
  }
  members.refuse_unknown();
  return metric;
}

}  // namespace

Result<std::vector<Problem>> parse_health(const nlohmann::json& output) {
  Problems problems;
  Members members(output, problems);
  const Value& list = members.list("problems");
  members.refuse_unknown();
  TRY(check_most(list, "problems", kMostProblems));
  std::vector<Problem> found;
  for (const Value& value : list) {
    Members problem(value, problems, std::format("problems[{}]", found.size()));
    found.push_back({.what = problem.shown("what", kLongestLine),
                     .next_step = problem.find_shown("next", kLongestLine).value_or("")});
    problem.refuse_unknown();
  }
  TRY(problems.status());
  return found;
}

Result<std::vector<Metric>> parse_metrics(const nlohmann::json& output,
                                          const std::string& extension) {
  Problems problems;
  Members members(output, problems);
  const Value& list = members.list("metrics");
  members.refuse_unknown();
  TRY(check_most(list, "metrics", kMostMetrics));
  std::vector<Metric> metrics;
  std::size_t samples = 0;
  for (const Value& value : list) {
    metrics.push_back(read_metric(value, problems, std::format("metrics[{}]", metrics.size()),
                                  prefix_of(extension)));
    samples += metrics.back().samples.size();
    const auto known = std::ranges::count(metrics, metrics.back().name, &Metric::name);
    if (known > 1) problems.add(metrics.back().name, "comes twice");
  }
  TRY(problems.status());
  if (samples <= kMostSamples) return metrics;
  return fail(ErrorKind::invalid, std::format("there are more than {} samples", kMostSamples));
}

Result<VerbAnswer> parse_verb_answer(const nlohmann::json& output) {
  VerbAnswer answer;
  Value rest = output;
  if (rest.is_object() && rest.contains("data")) {
    answer.data = rest.at("data");
    if (!answer.data.is_object()) return fail(ErrorKind::invalid, "member 'data' is no object");
    rest.erase("data");
  }
  Problems problems;
  Members members(rest, problems);
  answer.text = members.find_text("text", kMostVerbText).value_or("");
  answer.status = static_cast<int>(members.find_number("status", 0, 255).value_or(0));
  members.refuse_unknown();
  TRY(problems.status());
  return answer;
}

}  // namespace muster::control
