#include "apps/helper/accounts.h"

#include <algorithm>
#include <format>
#include <grp.h>
#include <pwd.h>
#include <set>

namespace muster::helper {
namespace {

/// Groups below are the system's (Debian policy §9.2.2), but for `users`, which opens nothing.
constexpr gid_t kFirstGroup = 1000;
constexpr gid_t kUsers = 100;

std::optional<std::string> system_group_of(const passwd& account) {
  int count = 64;
  std::vector<gid_t> groups(static_cast<std::size_t>(count));
  if (getgrouplist(account.pw_name, account.pw_gid, groups.data(), &count) < 0) {
    groups.resize(static_cast<std::size_t>(count));
    getgrouplist(account.pw_name, account.pw_gid, groups.data(), &count);
  }
  groups.resize(static_cast<std::size_t>(count));
  for (const gid_t gid : groups) {
    if (gid >= kFirstGroup || gid == kUsers) continue;
    const group* const entry = getgrgid(gid);
    return entry == nullptr ? std::to_string(gid) : entry->gr_name;
  }
  return std::nullopt;
}

/// Why this person cannot be the cluster's; nothing when all is well.
std::optional<Error> objection(const plan::EnsureUser& user, const spec::ClusterSpec& spec) {
  const passwd* const account = getpwnam(user.name.c_str());
  if (account == nullptr) return std::nullopt;
  if (account->pw_uid != user.uid) {
    return Error{.message = std::format("this machine has an account '{}' with number {}",
                                        user.name, account->pw_uid),
                 .hint = "give the cluster's user another name, or that number"};
  }
  if (std::ranges::contains(spec.users, user.name, &spec::User::name)) return std::nullopt;
  if (const auto group = system_group_of(*account)) {
    return Error{
        .message = std::format("account '{}' of this machine is in group '{}'", user.name, *group),
        .hint = "name the person in cluster.yaml, which only root can change"};
  }
  return std::nullopt;
}

}  // namespace

CheckedAccounts check_accounts(plan::Plan plan, const spec::ClusterSpec& spec) {
  CheckedAccounts result;
  std::set<std::string> keys;
  for (plan::Step& step : plan.steps) {
    if (const auto* const user = std::get_if<plan::EnsureUser>(&step)) {
      if (const auto why = objection(*user, spec)) {
        keys.insert("/etc/muster/ssh-keys/" + user->name);
        result.refused.push_back({.step = plan::describe(step),
                                  .kind = apply::Outcome::Kind::failed,
                                  .reason = why->text()});
        continue;
      }
    }
    const auto* const file = std::get_if<plan::WriteFile>(&step);
    if (file != nullptr && keys.contains(file->path)) continue;
    result.plan.add(std::move(step));
  }
  return result;
}

}  // namespace muster::helper
