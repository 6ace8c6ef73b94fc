#include "apps/muster/spec_people.h"

#include <algorithm>
#include <format>
#include <set>

#include "apps/muster/client.h"
#include "apps/muster/commands.h"
#include "apps/muster/job_guard.h"
#include "core/base/text.h"

namespace muster::cli {
namespace {

using nlohmann::json;

Result<std::set<std::string>> read_names() {
  TRY_ASSIGN(const json answer, call_head("GET", "/v1/users"));
  std::set<std::string> names;
  for (const json& user : answer.at("users")) names.insert(text_of(user, "name"));
  return names;
}

json request_of(const spec::User& user) {
  json body = {{"name", user.name}, {"full_name", user.full_name}, {"ssh_keys", user.ssh_keys}};
  if (user.uid) body["uid"] = *user.uid;
  return body;
}

}  // namespace

Result<PeopleChange> ask_people_change(std::span<const spec::User> before,
                                       std::span<const spec::User> after) {
  TRY_ASSIGN(const std::set<std::string> names, read_names());
  PeopleChange change;
  for (const spec::User& user : before) {
    const bool is_named = std::ranges::contains(after, user.name, &spec::User::name);
    if (!is_named && names.contains(user.name)) change.leave.push_back(user.name);
  }
  for (const spec::User& user : after) {
    if (!std::ranges::contains(before, user.name, &spec::User::name)) change.join.push_back(user);
  }
  return change;
}

Status refuse_while_leavers_work(os::CommandRunner& runner, const PeopleChange& change) {
  for (const std::string& name : change.leave) TRY(refuse_while_jobs_run_of(runner, name));
  return {};
}

std::string told_leavers(const PeopleChange& change) {
  if (change.leave.empty()) return {};
  return std::format("accounts go of {}, and their homes are kept", join(change.leave, ", "));
}

Status change_people(const PeopleChange& change) {
  if (change.leave.empty() && change.join.empty()) return {};
  TRY_ASSIGN(const std::set<std::string> names, read_names());
  for (const std::string& name : change.leave) {
    if (!names.contains(name)) continue;
    if (auto gone = call_head("DELETE", "/v1/users/" + url_encode(name)); !gone) {
      return fail(
          gone.error().kind,
          std::format("the account of '{}' could not be removed: {}", name, gone.error().message),
          std::format("'muster user remove {}' tries it again", name));
    }
  }
  for (const spec::User& user : change.join) {
    if (names.contains(user.name)) continue;
    if (auto back = call_head("POST", "/v1/users", request_of(user)); !back) {
      return fail(back.error().kind,
                  std::format("'{}' has no account: {}", user.name, back.error().message),
                  std::format("'muster user add {}' tries it again", user.name));
    }
  }
  return {};
}

}  // namespace muster::cli
