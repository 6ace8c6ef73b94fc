#include "helper/accounts.h"

#include <algorithm>
#include <format>
#include <iterator>
#include <set>

#include "core/base/text.h"
#include "core/os/name_service.h"
#include "core/spec/system_accounts.h"
#include "hpc/ssh_access.h"

namespace muster::helper {
namespace {

/// The person of root's own specification who has this name; null for none.
const spec::User* find_named(const spec::ClusterSpec& spec, std::string_view name) {
  const auto user = std::ranges::find(spec.users, name, &spec::User::name);
  return user == spec.users.end() ? nullptr : &*user;
}

/// Whether the helper made the account that has this name and number.
bool is_own(const std::string& name, std::uint32_t uid, const ListedAccounts& own) {
  const auto found = own.find(name);
  return (found != own.end() && found->second.value_or(uid) == uid) || name == spec::kCheckUser;
}

/// Why a person is not the cluster's to add; nothing when all is well. Errors: nobody knows.
Result<std::optional<Error>> objection(const plan::EnsureUser& user, const spec::ClusterSpec& spec,
                                       const ListedAccounts& own) {
  const std::string& name = user.name;
  const bool known = is_own(name, user.uid, own) || find_named(spec, name) != nullptr;
  TRY_ASSIGN(const auto account, os::find_user(name));
  if (!account && known) return std::nullopt;
  if (!account) {
    // Who joins a group that was made for something else has the rights that it was made for.
    TRY_ASSIGN(const auto group, os::find_group(name));
    if (!group) return std::nullopt;
    return Error{
        .message = std::format("this machine had a group '{}' before", name),
        .hint = "give the cluster's user another name, or name the person in cluster.yaml"};
  }
  if (account->uid != user.uid) {
    return Error{.message = std::format("this machine has an account '{}' with number {}", name,
                                        account->uid),
                 .hint = "give the cluster's user another name, or that number"};
  }
  if (known) return std::nullopt;
  return Error{.message = std::format("this machine had an account '{}' before", name),
               .hint = "name the person in cluster.yaml, which only root can change"};
}

apply::Outcome failure(const plan::Step& step, const Error& why) {
  return {.step = plan::describe(step),
          .origin = step.origin,
          .kind = apply::Outcome::Kind::failed,
          .reason = why.text()};
}

/// Takes the keys that cluster.yaml does not name out of the file of a person whom the machine had
/// before: such an account may have rights that the daemon has not. A failed outcome for each key.
/// Errors: nobody knows whether the machine has such an account.
Result<std::vector<apply::Outcome>> drop_foreign_keys(plan::Step& step,
                                                      const spec::ClusterSpec& spec,
                                                      const ListedAccounts& own) {
  auto& file = std::get<plan::WriteFile>(step);
  const std::string name = hpc::owner_of_keys(file.path);
  const spec::User* const named = find_named(spec, name);
  std::vector<apply::Outcome> refused;
  if (named == nullptr) return refused;
  TRY_ASSIGN(const auto account, os::find_user(name));
  if (!account || is_own(name, account->uid, own)) return refused;
  std::string kept;
  for (const std::string& key : lines(file.content)) {
    if (std::ranges::contains(named->ssh_keys, key)) {
      kept += key + "\n";
      continue;
    }
    const Error why{
        .message = std::format("this machine had an account '{}' before, and cluster.yaml does not "
                               "name the key '{}'",
                               name, printable(key, 80)),
        .hint = "write the key in cluster.yaml, which only root can change"};
    refused.push_back(failure(step, why));
  }
  file.content = std::move(kept);
  return refused;
}

}  // namespace

CheckedAccounts check_accounts(plan::Plan plan, const spec::ClusterSpec& spec,
                               const ListedAccounts& own) {
  CheckedAccounts result;
  std::set<std::string> refused;
  // First all people, then all keys: the order of a plan's steps is the daemon's.
  for (const plan::Step& step : plan.steps) {
    const auto* const user = std::get_if<plan::EnsureUser>(&step);
    if (user == nullptr) continue;
    const auto why = objection(*user, spec, own);
    if (why && !*why) continue;
    refused.insert(user->name);
    if (!why) result.undecided.insert(user->name);
    result.refused.push_back(failure(step, why ? **why : why.error()));
  }
  for (plan::Step& step : plan.steps) {
    const auto* const user = std::get_if<plan::EnsureUser>(&step);
    if (user != nullptr && refused.contains(user->name)) continue;
    if (const auto* const file = std::get_if<plan::WriteFile>(&step)) {
      if (refused.contains(hpc::owner_of_keys(file->path))) continue;
      auto dropped = drop_foreign_keys(step, spec, own);
      if (!dropped) {
        result.undecided.insert(hpc::owner_of_keys(file->path));
        result.refused.push_back(failure(step, dropped.error()));
        continue;
      }
      std::ranges::move(*dropped, std::back_inserter(result.refused));
    }
    result.plan.add(std::move(step));
  }
  return result;
}

plan::Plan with_stale_keys_removed(plan::Plan plan, std::span<const std::string> files,
                                   const std::set<std::string, std::less<>>& undecided) {
  std::set<std::string, std::less<>> kept = undecided;
  kept.insert("root");
  for (const plan::Step& step : plan.steps) {
    if (const auto* const file = std::get_if<plan::WriteFile>(&step)) {
      kept.insert(hpc::owner_of_keys(file->path));
    }
  }
  plan::Plan result;
  for (const std::string& name : files) {
    if (!kept.contains(name)) {
      result.add(plan::RemoveFile{.path = std::format("{}/{}", hpc::kKeyDirectory, name)});
    }
  }
  result.append(std::move(plan));
  return result;
}

}  // namespace muster::helper
