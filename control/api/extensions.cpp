// The pages of the administrators' API about extensions.

#include <nlohmann/json.hpp>

#include "control/api/answers.h"
#include "control/api/api.h"
#include "control/api/requests.h"

namespace muster::api {
namespace {

using control::Extensions;
using nlohmann::json;

json settings_json(const Extensions::State& state) {
  json settings = json::array();
  for (const extensions::Setting& setting : state.extension.specification.settings) {
    const auto chosen = state.settings.choices.find(setting.name);
    const bool is_chosen = chosen != state.settings.choices.end();
    settings.push_back({{"name", setting.name},
                        {"type", to_string(setting.type)},
                        {"value", is_chosen ? chosen->second : setting.fallback},
                        {"default", setting.fallback},
                        {"about", setting.about},
                        {"choices", setting.choices}});
  }
  return settings;
}

json extension_json(const Extensions::State& state) {
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
          {"error", state.error},
          {"said", state.said},
          {"rights", extensions::rights_json(grant.rights)},
          {"settings", settings_json(state)}};
}

json extensions_json(control::Cluster& cluster) {
  // Read first: what is read then is at least as new.
  const state::Revision change = cluster.revision();
  json all = json::array();
  for (const Extensions::State& state : cluster.extensions().states()) {
    all.push_back(extension_json(state));
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

}  // namespace muster::api
