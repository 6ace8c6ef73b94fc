#include "apps/muster/ext_on_head.h"

#include <algorithm>
#include <array>
#include <format>

#include "apps/muster/applied.h"
#include "apps/muster/client.h"
#include "core/base/layout.h"
#include "core/os/files.h"
#include "head/installed.h"
#include "plans/head_rights.h"

namespace muster::cli {
namespace {

using nlohmann::json;

/// Why a step of this origin failed in what the helper did last; empty: none did.
std::string find_failure(const json& report, const std::string& origin) {
  if (!report.is_object() || !report.contains("steps")) return {};
  for (const json& step : report.at("steps")) {
    if (!step.is_object() || text_of(step, "outcome") != "failed") continue;
    const bool is_whole = text_of(step, "step") == layout::kWholePlan;
    if (is_whole || text_of(step, "origin") == origin) {
      return std::format("{}: {}", text_of(step, "step"), text_of(step, "reason"));
    }
  }
  return {};
}

}  // namespace

bool are_about_head(const std::vector<extensions::Right>& rights) {
  // A package that must be there is no step.
  return std::ranges::any_of(rights, [](const extensions::Right& right) {
    const bool has_steps = !right.files.empty() || !right.directories.empty() ||
                           !right.units.empty() || !right.scheduler.empty();
    return right.place == extensions::Place::head && has_steps;
  });
}

bool is_about_head(const json& extension) {
  const json rights = extension.value("rights", json::array());
  return std::ranges::any_of(rights, [](const json& right) {
    const bool has_steps = std::ranges::any_of(
        std::array{"files", "directories", "units", "scheduler"},
        [&](const char* kind) { return !right.value(kind, json::array()).empty(); });
    return text_of(right, "place") == "head" && has_steps;
  });
}

Status check_head_rights(const extensions::Specification& wanted,
                         const std::vector<extensions::Installed>& installed) {
  if (!are_about_head(wanted.rights)) return {};
  TRY_ASSIGN(const spec::ClusterSpec spec, head::read_installed_spec());
  std::vector<extensions::Grant> grants;
  for (const extensions::Installed& each : installed) {
    if (each.grant.name != wanted.name) grants.push_back(each.grant);
  }
  grants.push_back({.name = wanted.name, .rights = wanted.rights});
  TRY_ASSIGN(const plans::HeadRights rights, plans::head_rights(spec, grants));
  grants.pop_back();
  TRY_ASSIGN(const plans::HeadRights before, plans::head_rights(spec, grants));
  const auto is_new = [&](const auto& each) { return !before.refused.contains(each.first); };
  const auto found = std::ranges::find_if(rights.refused, is_new);
  if (found == rights.refused.end()) return {};
  const auto& [name, why] = *found;
  return fail(ErrorKind::conflict,
              std::format("extension '{}' does not fit on this head: {}", name, why.message),
              "its author asks for less, or another extension is removed first");
}

Status wait_for_head_steps(const std::string& extension, const json& answer) {
  const auto change = answer.value("change", std::uint64_t{0});
  TRY_ASSIGN(const auto succeeded, wait_until_applied(change, kApplyPatience));
  if (!succeeded) {
    return fail("the head has not applied its plan within five minutes",
                "'muster status' says why");
  }
  if (*succeeded) return {};
  TRY_ASSIGN(const std::string text, os::read_file(layout::kReport));
  const std::string failure =
      find_failure(json::parse(text, nullptr, false), plans::origin_of(extension));
  if (failure.empty()) return {};
  return fail(
      std::format("the head could not do what extension '{}' wants: {}", extension, failure));
}

}  // namespace muster::cli
