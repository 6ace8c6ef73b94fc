#include "apps/helper/accounts.h"

#include <algorithm>
#include <format>
#include <grp.h>
#include <pwd.h>
#include <set>

#include "provisioning/head/allowed.h"

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

/// Why a person of this name and number is not the cluster's to add or remove; nothing when all is
/// well.
std::optional<Error> objection(const std::string& name, std::uint32_t uid,
                               const spec::ClusterSpec& spec) {
  const passwd* const account = getpwnam(name.c_str());
  if (account == nullptr) return std::nullopt;
  if (account->pw_uid != uid) {
    return Error{.message = std::format("this machine has an account '{}' with number {}", name,
                                        account->pw_uid),
                 .hint = "give the cluster's user another name, or that number"};
  }
  if (std::ranges::contains(spec.users, name, &spec::User::name)) return std::nullopt;
  if (const auto group = system_group_of(*account)) {
    return Error{
        .message = std::format("account '{}' of this machine is in group '{}'", name, *group),
        .hint = "name the person in cluster.yaml, which only root can change"};
  }
  return std::nullopt;
}

struct Person {
  std::string name;
  std::uint32_t uid = 0;
};

/// Whom a step adds or removes.
std::optional<Person> person_of(const plan::Step& step) {
  if (const auto* const user = std::get_if<plan::EnsureUser>(&step)) {
    return Person{user->name, user->uid};
  }
  if (const auto* const user = std::get_if<plan::RemoveUser>(&step)) {
    return Person{user->name, user->uid};
  }
  return std::nullopt;
}

}  // namespace

CheckedAccounts check_accounts(plan::Plan plan, const spec::ClusterSpec& spec) {
  CheckedAccounts result;
  std::set<std::string> refused;
  // First all people, then all keys: the order of a plan's steps is the daemon's.
  for (const plan::Step& step : plan.steps) {
    const auto person = person_of(step);
    const auto why = person ? objection(person->name, person->uid, spec) : std::nullopt;
    if (!why) continue;
    refused.insert(person->name);
    // Somebody who left and whose account here is another's: there is nothing to be done.
    if (std::holds_alternative<plan::RemoveUser>(step)) continue;
    result.refused.push_back({.step = plan::describe(step),
                              .kind = apply::Outcome::Kind::failed,
                              .reason = why->text()});
  }
  for (plan::Step& step : plan.steps) {
    const auto* const file = std::get_if<plan::WriteFile>(&step);
    const auto person = person_of(step);
    const bool keys = file != nullptr && file->path.starts_with(head::kPeopleKeys) &&
                      refused.contains(file->path.substr(head::kPeopleKeys.size()));
    if (!keys && !(person && refused.contains(person->name))) result.plan.add(std::move(step));
  }
  return result;
}

}  // namespace muster::helper
