#include "apps/helper/accounts.h"

#include <algorithm>
#include <format>
#include <grp.h>
#include <pwd.h>
#include <set>

#include "core/spec/system_accounts.h"
#include "provisioning/head/allowed.h"

namespace muster::helper {
namespace {

/// Why a person of this name and number is not the cluster's to add or remove; nothing when all is
/// well.
std::optional<Error> objection(const std::string& name, std::uint32_t uid,
                               const spec::ClusterSpec& spec, const Names& own) {
  const bool known = own.contains(name) || name == spec::kCheckUser ||
                     std::ranges::contains(spec.users, name, &spec::User::name);
  const passwd* const account = getpwnam(name.c_str());
  if (account == nullptr) {
    // Who joins a group that was made for something else has the rights that it was made for.
    if (known || getgrnam(name.c_str()) == nullptr) return std::nullopt;
    return Error{
        .message = std::format("this machine had a group '{}' before", name),
        .hint = "give the cluster's user another name, or name the person in cluster.yaml"};
  }
  if (account->pw_uid != uid) {
    return Error{.message = std::format("this machine has an account '{}' with number {}", name,
                                        account->pw_uid),
                 .hint = "give the cluster's user another name, or that number"};
  }
  if (known) return std::nullopt;
  return Error{.message = std::format("this machine had an account '{}' before", name),
               .hint = "name the person in cluster.yaml, which only root can change"};
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

Names accounts_after(Names own, const plan::Plan& plan) {
  for (const plan::Step& step : plan.steps) {
    if (const auto* const user = std::get_if<plan::EnsureUser>(&step)) {
      if (getpwnam(user->name.c_str()) == nullptr) own.insert(user->name);
    } else if (const auto* const gone = std::get_if<plan::RemoveUser>(&step)) {
      if (getpwnam(gone->name.c_str()) == nullptr) own.erase(gone->name);
    }
  }
  return own;
}

Names accounts_made(Names own, const plan::Plan& plan) {
  for (const plan::Step& step : plan.steps) {
    const auto* const user = std::get_if<plan::EnsureUser>(&step);
    if (user == nullptr || getpwnam(user->name.c_str()) != nullptr) continue;
    // Its group is made before the account: who has one is tried again.
    if (getgrnam(user->name.c_str()) == nullptr) own.erase(user->name);
  }
  return own;
}

CheckedAccounts check_accounts(plan::Plan plan, const spec::ClusterSpec& spec, const Names& own) {
  CheckedAccounts result;
  std::set<std::string> refused;
  // First all people, then all keys: the order of a plan's steps is the daemon's.
  for (const plan::Step& step : plan.steps) {
    const auto person = person_of(step);
    const auto why = person ? objection(person->name, person->uid, spec, own) : std::nullopt;
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
