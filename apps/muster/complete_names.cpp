#include "apps/muster/complete_names.h"

#include <algorithm>
#include <chrono>
#include <functional>

#include "apps/muster/client.h"
#include "apps/muster/commands_lab.h"
#include "core/os/files.h"
#include "core/spec/fields.h"
#include "lab/lab.h"
#include "lab/saved_state.h"
#include "provisioning/image.h"

namespace muster::cli {
namespace {

using nlohmann::json;
using Given = std::map<std::string, std::string>;
using Names = std::vector<std::string>;

/// As long as a key press may feel.
constexpr std::chrono::milliseconds kSoon{300};

/// One member of each element of a list that the head's daemon answers with; none without a daemon.
Names ask_head(const char* path, const char* list, const char* member,
               const std::function<bool(const json&)>& wanted) {
  const auto answer = call_head("GET", path, nullptr, kSoon);
  if (!answer || !answer->contains(list)) return {};
  Names names;
  for (const json& element : answer->at(list)) {
    std::string name = element.is_object() ? text_of(element, member) : "";
    if (!name.empty() && wanted(element)) names.push_back(std::move(name));
  }
  return names;
}

bool any(const json& /*element*/) { return true; }

bool waits(const json& node) { return text_of(node, "state") == "discovered"; }

Names machines_of(const Given& given) {
  LabPlace place;
  if (const auto name = given.find("name"); name != given.end()) place.name = name->second;
  if (const auto folder = given.find("dir"); folder != given.end()) {
    place.directory = folder->second;
  }
  const auto view = lab::read_lab(place.path());
  if (!view) return {};
  Names names;
  for (const auto& machine : view->plan.machines) names.push_back(machine.name);
  return names;
}

/// Each name once, and each image as NAME@ID.
Names images() {
  const auto answer = call_head("GET", "/v1/images", nullptr, kSoon);
  if (!answer || !answer->contains("images")) return {};
  Names names;
  for (const json& image : answer->at("images")) {
    if (!image.is_object()) continue;
    const std::string name = text_of(image, "name");
    if (!std::ranges::contains(names, name)) names.push_back(name);
    names.push_back(provisioning::short_reference(name + "@" + text_of(image, "id")));
  }
  return names;
}

Names keys() {
  Names paths;
  for (const auto& known : spec::all_fields()) paths.push_back(known.path);
  return paths;
}

}  // namespace

Names names_of_kind(const std::string& kind, const Given& given) {
  if (kind == value::kNodes) return ask_head("/v1/nodes", "nodes", "name", any);
  if (kind == value::kWaiting) return ask_head("/v1/nodes", "nodes", "mac", waits);
  if (kind == value::kExtension) return ask_head("/v1/extensions", "extensions", "name", any);
  if (kind == value::kGroup) return ask_head("/v1/groups", "groups", "name", any);
  if (kind == value::kOperation) return ask_head("/v1/operations", "operations", "id", any);
  if (kind == value::kUser) return ask_head("/v1/users", "users", "name", any);
  if (kind == value::kProfile) return ask_head("/v1/profiles", "profiles", "name", any);
  if (kind == value::kImage) return images();
  if (kind == value::kMachine) return machines_of(given);
  if (kind == value::kState) return os::list_directory(lab::states_directory()).value_or(Names());
  if (kind == value::kLab) return os::list_directory(lab::labs_directory()).value_or(Names());
  if (kind == value::kKey) return keys();
  return {};
}

}  // namespace muster::cli
