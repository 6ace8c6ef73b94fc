// The pages of the administrators' API about extensions.

#include <nlohmann/json.hpp>

#include "control/api/answers.h"
#include "control/api/api.h"

namespace muster::api {
namespace {

using control::Extensions;
using nlohmann::json;

json rights_json(const extensions::Grant& grant) {
  json rights = json::array();
  for (const extensions::Right& right : grant.rights) {
    rights.push_back(
        {{"place", to_string(right.place)}, {"files", right.files}, {"reason", right.reason}});
  }
  return rights;
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
          {"steps", state.steps},
          {"error", state.error},
          {"said", state.said},
          {"rights", rights_json(grant)}};
}

json extensions_json(const Extensions& extensions) {
  json all = json::array();
  for (const Extensions::State& state : extensions.states()) all.push_back(extension_json(state));
  return {{"extensions", std::move(all)}};
}

}  // namespace

os::ServerResponse Api::list_extensions(const os::ServerRequest&) {
  return answer(extensions_json(cluster_.extensions()));
}

os::ServerResponse Api::refresh_extension(const std::string& name) {
  const Status looked = cluster_.extensions().refresh(name);
  return looked ? answer(extensions_json(cluster_.extensions())) : os::refusal(looked.error());
}

}  // namespace muster::api
