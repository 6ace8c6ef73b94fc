#include "plans/changes.h"

#include <algorithm>
#include <map>
#include <utility>

namespace muster::plans {
namespace {

using plan::Change;

/// Whether a list has the same change; asked often, of lists with the accounts of thousands.
class ChangesBySubject {
 public:
  explicit ChangesBySubject(const std::vector<Change>& changes) {
    for (const Change& change : changes) by_subject_[plan::subject(change.step)] = &change;
  }
  bool has(const Change& change) const {
    const auto found = by_subject_.find(plan::subject(change.step));
    return found != by_subject_.end() && *found->second == change;
  }

 private:
  std::map<std::string, const Change*> by_subject_;
};

/// The changes of the first list that all others have, too.
std::vector<Change> common_to(const std::vector<ProfileChanges>& lists) {
  std::vector<Change> common = lists.front().changes;
  for (const ProfileChanges& other : lists) {
    const ChangesBySubject known(other.changes);
    std::erase_if(common, [&](const Change& change) { return !known.has(change); });
  }
  return common;
}

}  // namespace

NodeChanges changes_on_nodes(const ClusterView& from, const ClusterView& to,
                             provisioning::Node like) {
  NodeChanges result;
  for (const spec::Profile& profile : from.spec.profiles) {
    like.booted_profile = profile.name;
    result.by_profile.push_back(
        {.profile = profile.name, .changes = diff(plan_node(from, like), plan_node(to, like))});
  }
  result.all = common_to(result.by_profile);
  const ChangesBySubject on_all(result.all);
  for (ProfileChanges& of : result.by_profile) {
    std::erase_if(of.changes, [&](const Change& change) { return on_all.has(change); });
  }
  std::erase_if(result.by_profile, [](const ProfileChanges& of) { return of.changes.empty(); });
  return result;
}

}  // namespace muster::plans
