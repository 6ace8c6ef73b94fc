// The pages of the administrators' API about people.

#include <algorithm>
#include <format>

#include <nlohmann/json.hpp>

#include "control/api/answers.h"
#include "control/api/api.h"
#include "control/api/requests.h"
#include "core/apply/own_accounts.h"
#include "core/base/text.h"
#include "core/os/name_service.h"

namespace muster::api {
namespace {

using control::Cluster;
using nlohmann::json;
using os::ServerRequest;
using os::ServerResponse;

json user_json(const hpc::ClusterUser& user) {
  return {{"name", user.name},
          {"uid", user.uid},
          {"full_name", user.full_name},
          {"home", hpc::home_of(user.name)},
          {"ssh_keys", user.ssh_keys}};
}

/// The user, and what to ask /v1/applied for: the helper may be at work for minutes.
ServerResponse changed(const Result<control::People::Changed>& done) {
  if (!done) return os::refusal(done.error());
  json value = user_json(done->user);
  value["applying"] = done->revision;
  return answer(value);
}

/// Whether this machine has the account, with the cluster's number. Errors: as os::find_user.
Result<bool> is_on_head(const hpc::ClusterUser& user, const spec::ClusterSpec& spec) {
  TRY_ASSIGN(const auto found, os::find_user(user.name));
  const bool there = found && found->uid == user.uid;
  if (!there || std::ranges::contains(spec.users, user.name, &spec::User::name)) return there;
  // By chance somebody else's may have the number.
  const auto own = apply::read_own_accounts();
  return own && own->contains(user.name);
}

}  // namespace

ServerResponse Api::list_users(const ServerRequest&) {
  json list = json::array();
  for (const hpc::ClusterUser& user : cluster_.people().users().users())
    list.push_back(user_json(user));
  return answer({{"users", std::move(list)}});
}

ServerResponse Api::show_user(const std::string& name) {
  const auto user = cluster_.people().users().find(name);
  if (!user) {
    return os::refusal({.message = std::format("there is no user '{}'", printable(name, 64)),
                        .hint = "see the users: muster user list",
                        .kind = ErrorKind::absent});
  }
  const auto on_head = is_on_head(*user, cluster_.spec());
  if (!on_head) return os::refusal(on_head.error());
  json value = user_json(*user);
  value["on_head"] = *on_head;
  return answer(value);
}

ServerResponse Api::add_user(const ServerRequest& request) {
  const auto wanted = parse_user_request(request.body);
  if (!wanted) return refuse_request(wanted.error());
  return changed(cluster_.people().add(wanted->user));
}

ServerResponse Api::change_user(const ServerRequest& request) {
  const auto wanted = parse_user_change(request.body);
  if (!wanted) return refuse_request(wanted.error());
  using NoKeys = hpc::UserTable::NoKeys;
  const NoKeys none = wanted->names_keys ? NoKeys::take_away : NoKeys::keep_the_old;
  return changed(cluster_.people().change(wanted->user, none));
}

ServerResponse Api::remove_user(const std::string& name) {
  return answer(cluster_.people().remove(name));
}

ServerResponse Api::let_leavers_go(const ServerRequest&) {
  const auto left = cluster_.people().let_leavers_go();
  if (!left) return os::refusal(left.error());
  return answer({{"names", left->names}, {"applying", left->revision}});
}

ServerResponse Api::rebuild_users(const ServerRequest&) {
  return answer(cluster_.people().rebuild());
}

}  // namespace muster::api
