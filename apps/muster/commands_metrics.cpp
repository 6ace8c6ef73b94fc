// metrics: the figures of the cluster, as Prometheus reads them (prometheus.io, "Exposition
// formats", version 0.0.4).

#include <format>

#include <nlohmann/json.hpp>

#include "apps/muster/client.h"
#include "apps/muster/commands.h"
#include "core/base/text.h"

namespace muster::cli {
namespace {

using nlohmann::json;

std::string escaped(std::string text) {
  text = replace_all(std::move(text), "\\", R"(\\)");
  text = replace_all(std::move(text), "\n", R"(\n)");
  return replace_all(std::move(text), "\"", R"(\")");
}

std::string labels_of(const json& sample) {
  std::vector<std::string> labels;
  const json given = sample.value("labels", json::object());
  for (const auto& [name, value] : given.items()) {
    if (!value.is_string()) continue;
    labels.push_back(std::format("{}=\"{}\"", name, escaped(value.get<std::string>())));
  }
  return labels.empty() ? "" : "{" + join(labels, ",") + "}";
}

std::string exposition(const json& metrics) {
  std::string text;
  for (const json& metric : metrics) {
    const std::string name = text_of(metric, "name");
    // A help text is no label: quotes are plain there.
    const std::string help = replace_all(text_of(metric, "help"), "\\", R"(\\)");
    if (!help.empty()) text += std::format("# HELP {} {}\n", name, help);
    text += std::format("# TYPE {} {}\n", name, text_of(metric, "type"));
    for (const json& sample : metric.value("samples", json::array())) {
      text += std::format("{}{} {}\n", name, labels_of(sample), text_of(sample, "value"));
    }
  }
  return text;
}

int show_metrics() {
  const auto answer = call_head("GET", "/v1/metrics");
  if (!answer) return report(answer.error());
  return print_answer(*answer, trim(exposition(answer->value("metrics", json::array()))));
}

}  // namespace

void add_metrics(CLI::App& app, Session& session) {
  CLI::App& verb = *app.add_subcommand(
      "metrics", "figures of the cluster and its extensions, as Prometheus reads them");
  add_json(verb);
  on_run_at_head(verb, session, show_metrics);
}

}  // namespace muster::cli
