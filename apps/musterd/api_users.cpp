// The pages of the administrators' API about people.

#include <algorithm>
#include <array>
#include <pwd.h>

#include <nlohmann/json.hpp>

#include "apps/musterd/api.h"
#include "apps/musterd/api_answers.h"
#include "apps/musterd/api_requests.h"
#include "provisioning/head/allowed.h"

namespace muster::daemon {
namespace {

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

/// Whether this machine has the account, with the cluster's number.
bool is_on_head(const hpc::ClusterUser& user, const spec::ClusterSpec& spec) {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 16384> buffer{};
  const bool there =
      getpwnam_r(user.name.c_str(), &entry, buffer.data(), buffer.size(), &found) == 0 &&
      found != nullptr && found->pw_uid == user.uid;
  if (!there || std::ranges::contains(spec.users, user.name, &spec::User::name)) return there;
  // By chance somebody else's may have the number.
  const auto own = head::read_own_accounts();
  return own && own->contains(user.name);
}

}  // namespace

ServerResponse Api::list_users() {
  json list = json::array();
  for (const hpc::ClusterUser& user : cluster_.users().users()) list.push_back(user_json(user));
  return answer({{"users", std::move(list)}});
}

ServerResponse Api::write_user(const ServerRequest& request) {
  const auto wanted = parse_user_request(request.body);
  if (!wanted) return refuse(400, wanted.error());
  const bool change = request.method == "PUT";
  using NoKeys = hpc::UserTable::NoKeys;
  const NoKeys none = wanted->names_keys ? NoKeys::take_away : NoKeys::keep_the_old;
  const auto user =
      change ? cluster_.change_user(wanted->user, none) : cluster_.add_user(wanted->user);
  if (!user) return refuse(409, user.error());
  // Who asked may log in as the user the moment this is answered.
  json value = user_json(*user);
  const bool tried = cluster_.wait_until_answered(std::chrono::seconds(30));
  value["on_head"] = tried && is_on_head(*user, cluster_.spec());
  return answer(value);
}

ServerResponse Api::remove_user(const std::string& name) {
  const Status done = cluster_.remove_user(name);
  return done ? answer(json::object()) : refuse(404, done.error());
}

}  // namespace muster::daemon
