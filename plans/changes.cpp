#include "plans/changes.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/spec/profiles.h"

namespace muster::plans {
namespace {

using plan::Change;

/// What nodes that run as `name` have by their profile.
const plan::Plan& part_of(const SharedPlans& shared, const spec::ClusterSpec& spec,
                          const std::string& name) {
  return shared.by_profile.at(spec::profile_of(spec, name).name);
}

/// Takes what all lists have out of them. They are short: what thousands of people have is no
/// profile's.
std::vector<Change> take_common(std::vector<ProfileChanges>& lists) {
  std::vector<Change> common = lists.front().changes;
  for (const ProfileChanges& other : lists) {
    std::erase_if(common, [&](const Change& change) {
      return !std::ranges::contains(other.changes, change);
    });
  }
  for (ProfileChanges& of : lists) {
    std::erase_if(of.changes,
                  [&](const Change& change) { return std::ranges::contains(common, change); });
  }
  return common;
}

/// What every node has, with the part of one that is like this.
plan::Plan with_own(const ClusterView& view, const provisioning::Node& like, plan::Plan all) {
  plan::Plan plan = plan_node_own(view.spec, like);
  plan.append(std::move(all));
  return plan;
}

}  // namespace

nlohmann::json to_view(std::span<const ProfileChanges> lists) {
  nlohmann::json view = nlohmann::json::array();
  for (const ProfileChanges& of : lists) {
    view.push_back({{"profile", of.profile}, {"changes", plan::to_view(of.changes)}});
  }
  return view;
}

NodeChanges changes_on_nodes(const ClusterView& from, const ClusterView& to,
                             const provisioning::Node& like, const std::set<std::string>& running) {
  SharedPlans before = plan_shared(from);
  SharedPlans after = plan_shared(to);
  NodeChanges result{.all = diff(with_own(from, like, std::move(before.all)),
                                 with_own(to, like, std::move(after.all))),
                     .by_profile = {}};
  const auto compare = [&](const std::string& name) {
    result.by_profile.push_back(
        {.profile = name,
         .changes = diff(part_of(before, from.spec, name), part_of(after, to.spec, name))});
  };
  for (const spec::Profile& profile : from.spec.profiles) compare(profile.name);
  for (const std::string& name : running) {
    if (!std::ranges::contains(from.spec.profiles, name, &spec::Profile::name)) compare(name);
  }
  for (Change& change : take_common(result.by_profile)) result.all.push_back(std::move(change));
  std::ranges::stable_partition(
      result.all, [](const Change& change) { return change.kind != Change::Kind::removed; });
  std::erase_if(result.by_profile, [](const ProfileChanges& of) { return of.changes.empty(); });
  return result;
}

}  // namespace muster::plans
