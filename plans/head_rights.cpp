#include "plans/head_rights.h"

#include <algorithm>
#include <iterator>

#include "extensions/unit_file.h"
#include "plans/planner.h"

namespace muster::plans {
namespace {

using head::Owner;
using head::Policy;

constexpr std::string_view kOrigin = "extension ";

std::vector<Owner> rooms(const spec::ClusterSpec& spec) {
  std::vector<Owner> owners;
  for (const Planner* const planner : head_planners()) {
    owners.push_back({.origin = std::string(planner->origin), .owns = planner->owns(spec)});
  }
  return owners;
}

/// With those of its units.
std::vector<std::string> files_of(const extensions::Right& right) {
  std::vector<std::string> files = right.files;
  for (const std::string& unit : right.units) {
    const std::string file = extensions::unit_path(unit);
    if (!std::ranges::contains(files, file)) files.push_back(file);
  }
  return files;
}

Owner owner_of(const extensions::Grant& grant) {
  Owner owner{.origin = origin_of(grant.name), .owns = {}};
  for (const extensions::Right& right : grant.rights) {
    if (right.place != extensions::Place::head) continue;
    append(owner.owns, {.files = files_of(right),
                        .trees = right.directories,
                        .units = right.units,
                        .scheduler_keys = right.scheduler});
  }
  return owner;
}

}  // namespace

std::string origin_of(const std::string& extension) { return std::string(kOrigin) + extension; }

bool is_of_extension(std::string_view origin) { return origin.starts_with(kOrigin); }

std::string extension_of(std::string_view origin) {
  return std::string(origin.substr(kOrigin.size()));
}

std::string unit_written_by(const plan::Step& step) {
  const auto* const file = std::get_if<plan::WriteFile>(&step);
  return file == nullptr ? std::string() : extensions::unit_of_file(file->path);
}

bool is_roots_alone(const plan::Step& step) {
  constexpr std::uint32_t kMost = 0755;
  const auto is_right = [](const auto* made) {
    return made == nullptr || ((made->mode & ~kMost) == 0 && made->owner == "root");
  };
  return is_right(std::get_if<plan::WriteFile>(&step)) &&
         is_right(std::get_if<plan::MakeDirectory>(&step));
}

Result<HeadRights> head_rights(const spec::ClusterSpec& spec,
                               const std::vector<extensions::Grant>& grants) {
  std::vector<extensions::Grant> sorted = grants;
  std::ranges::sort(sorted, {}, &extensions::Grant::name);
  std::vector<Owner> owners = rooms(spec);
  std::vector<Owner> all = owners;
  std::ranges::transform(sorted, std::back_inserter(all), owner_of);
  if (auto policy = Policy::make(all)) return HeadRights{.policy = std::move(*policy)};
  // Somebody is in somebody's way: one after another.
  TRY_ASSIGN(Policy policy, Policy::make(owners));
  HeadRights rights{.policy = std::move(policy)};
  for (const extensions::Grant& grant : sorted) {
    owners.push_back(owner_of(grant));
    auto more = Policy::make(owners);
    if (more) {
      rights.policy = std::move(*more);
      continue;
    }
    owners.pop_back();
    rights.refused.emplace(grant.name, more.error());
  }
  return rights;
}

Result<head::Policy> head_policy(const spec::ClusterSpec& spec) {
  return head::Policy::make(rooms(spec));
}

}  // namespace muster::plans
