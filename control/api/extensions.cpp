// The pages of the administrators' API about extensions.

#include <format>
#include <set>

#include <nlohmann/json.hpp>

#include "control/api/answers.h"
#include "control/api/api.h"
#include "control/api/requests.h"
#include "control/command_log.h"
#include "control/own_metrics.h"

namespace muster::api {
namespace {

using control::Extensions;
using nlohmann::json;

json settings_json(const Extensions::State& state) {
  json settings = json::array();
  for (const extensions::Setting& setting : state.extension.specification.settings) {
    settings.push_back({{"name", setting.name},
                        {"type", to_string(setting.type)},
                        {"value", value_of(setting, state.settings.choices)},
                        {"default", setting.fallback},
                        {"about", setting.about},
                        {"choices", setting.choices}});
  }
  return settings;
}

json verbs_json(const extensions::Specification& specification) {
  json verbs = json::array();
  for (const extensions::Verb& verb : specification.verbs) {
    verbs.push_back({{"name", verb.name}, {"about", verb.about}});
  }
  return verbs;
}

json hooks_json(const extensions::Specification& specification) {
  json hooks = json::array();
  for (const extensions::Hook hook : specification.hooks) hooks.push_back(to_string(hook));
  return hooks;
}

json extension_json(const Extensions::State& state, const control::ExtensionReport& report) {
  const extensions::Specification& specification = state.extension.specification;
  const extensions::Grant& grant = state.extension.grant;
  return {{"name", grant.name},
          {"version", to_string(grant.version)},
          {"type", to_string(specification.type)},
          {"summary", specification.summary},
          {"maintainer", specification.maintainer},
          {"license", specification.licence},
          {"signer", grant.signer},
          {"installed_ms", grant.at_ms},
          {"damaged", state.is_damaged},
          {"active", state.is_active},
          {"disabled", state.settings.is_disabled},
          {"steps", state.steps},
          {"steps_on_head", state.steps_on_head},
          {"scheduler", state.in_scheduler},
          {"scheduler_waits", state.waits_for_scheduler},
          {"error", state.error},
          {"said", report.said.empty() ? state.said : report.said},
          {"rights", extensions::rights_json(grant.rights)},
          {"settings", settings_json(state)},
          {"hooks", hooks_json(specification)},
          {"verbs", verbs_json(specification)},
          {"failures", report.failures}};
}

json extensions_json(control::Cluster& cluster) {
  // Read first: what is read then is at least as new.
  const state::Revision change = cluster.revision();
  const auto reports = cluster.extension_work().reports();
  json all = json::array();
  for (const Extensions::State& state : cluster.extensions().states()) {
    const auto report = reports.find(state.extension.grant.name);
    all.push_back(extension_json(
        state, report == reports.end() ? control::ExtensionReport() : report->second));
  }
  return {{"extensions", std::move(all)}, {"change", change}};
}

}  // namespace

os::ServerResponse Api::list_extensions(const os::ServerRequest&) {
  return answer(extensions_json(cluster_));
}

os::ServerResponse Api::refresh_extension(const std::string& name) {
  const Status looked = cluster_.extensions().refresh(name);
  return looked ? answer(extensions_json(cluster_)) : os::refusal(looked.error());
}

os::ServerResponse Api::configure_extension(const os::ServerRequest& request) {
  const auto wanted = parse_extension_request(request.body);
  if (!wanted) return os::refusal(wanted.error());
  Extensions& all = cluster_.extensions();
  const Status done = wanted->disabled ? all.set_disabled(wanted->extension, *wanted->disabled)
                                       : all.configure(wanted->extension, wanted->chosen);
  return done ? answer(extensions_json(cluster_)) : os::refusal(done.error());
}

void Api::run_extension(const os::ServerRequest& request, const std::string&, os::Reply reply) {
  auto wanted = parse_verb_request(request.body);
  if (!wanted) return reply(os::refusal(wanted.error()));
  cluster_.extension_work().run_verb(
      wanted->extension, wanted->verb, std::move(wanted->arguments), control::who_asks(request),
      [reply = std::move(reply)](const Result<control::VerbAnswer>& done) mutable {
        if (!done) return reply(os::refusal(done.error()));
        reply(answer({{"text", done->text}, {"data", done->data}, {"status", done->status}}));
      });
}

namespace {

json metric_json(const control::Metric& metric) {
  json samples = json::array();
  for (const control::Sample& sample : metric.samples) {
    samples.push_back({{"labels", sample.labels}, {"value", std::format("{}", sample.value)}});
  }
  return {{"name", metric.name},
          {"help", metric.help},
          {"type", metric.type},
          {"samples", std::move(samples)}};
}

}  // namespace

os::ServerResponse Api::metrics(const os::ServerRequest&) {
  std::vector<control::Metric> all = control::own_metrics(cluster_, services_);
  for (control::Metric& metric : cluster_.extension_work().metrics()) {
    all.push_back(std::move(metric));
  }
  // Names of one extension may begin as those of another do: the first has the name.
  std::set<std::string> names;
  json metrics = json::array();
  for (const control::Metric& metric : all) {
    if (names.insert(metric.name).second) metrics.push_back(metric_json(metric));
  }
  return answer({{"metrics", std::move(metrics)}, {"now_ms", cluster_.now_ms()}});
}

}  // namespace muster::api
