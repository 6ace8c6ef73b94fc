#include "apps/muster/plan_changes.h"

#include <format>
#include <print>
#include <vector>

#include "apps/muster/client.h"
#include "core/base/text.h"
#include "core/spec/time_zones.h"

namespace muster::cli {
namespace {

using nlohmann::json;

/// The extensions whose packages an ISO has. Their settings are the head's.
std::vector<spec::Extension> packages_of(const spec::ClusterSpec& spec) {
  std::vector<spec::Extension> packages = spec.extensions;
  for (spec::Extension& each : packages) each.settings.clear();
  return packages;
}

/// The keys of cluster.yaml that are in the medium and differ: a head cannot follow them by itself.
std::vector<std::string> medium_keys(const spec::ClusterSpec& now, const spec::ClusterSpec& then) {
  std::vector<std::string> keys;
  const auto compare = [&keys](const char* key, bool same) {
    if (!same) keys.emplace_back(key);
  };
  compare("release", now.release == then.release);
  compare("kernel", now.kernel == then.kernel);
  compare("firmware", now.firmware == then.firmware);
  compare("head.locale", now.head.locale == then.head.locale);
  // Others are in every system, and a step sets them.
  const bool has_zone = !spec::is_legacy_time_zone(then.head.time_zone);
  compare("head.time_zone", has_zone || now.head.time_zone == then.head.time_zone);
  compare("head.packages", now.head_packages == then.head_packages);
  compare("images", now.images == then.images);
  compare("extensions", packages_of(now) == packages_of(then));
  return keys;
}

}  // namespace

void print_list(const std::string& title, const json& changes) {
  std::println("{}:{}", title, changes.empty() ? " nothing changes" : "");
  for (const json& change : changes) {
    std::println("  {:8} {:8} {}", text_of(change, "kind"), text_of(change, "origin"),
                 text_of(change, "what"));
  }
}

Result<json> ask_changes(const spec::ClusterSpec& spec, const std::string& spec_text,
                         const spec::ClusterSpec& before) {
  if (!head_is_here()) return json();
  TRY_ASSIGN(json changes, call_head("POST", "/v1/plan", {{"spec", spec_text}}));
  changes["medium"] = medium_keys(before, spec);
  changes["extension_settings"] =
      spec.extensions != before.extensions && packages_of(spec) == packages_of(before);
  return changes;
}

bool has_changes(const json& changes) {
  return !changes.at("head").empty() || !changes.at("node").empty() ||
         !changes.at("profiles").empty();
}

void print_changes(const json& changes) {
  print_list("changes on this head", changes.at("head"));
  print_list("changes on every node", changes.at("node"));
  for (const json& of : changes.at("profiles")) {
    print_list(std::format("changes on nodes of profile '{}'", text_of(of, "profile")),
               of.at("changes"));
  }
  const auto keys = changes.at("medium").get<std::vector<std::string>>();
  if (!keys.empty()) std::println("needs a new ISO, for: {}", join(keys, ", "));
  if (changes.at("extension_settings") == true) {
    std::println(
        "settings of extensions: 'systemctl restart muster-extensions' sets those that "
        "cluster.yaml has; 'muster ext configure NAME --unset SETTING' gives others their "
        "defaults");
  }
}

}  // namespace muster::cli
