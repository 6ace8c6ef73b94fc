// The rules between fields that are about people.

#include <format>

#include "core/spec/system_accounts.h"
#include "core/spec/validate_parts.h"
#include "core/spec/values.h"

namespace muster::spec {

void check_users(const ClusterSpec& spec, Findings& findings) {
  check_distinct(spec.users, "users", ".name", kByName, findings);
  const auto uid = [](const User& user) { return user.uid ? std::format("{}", *user.uid) : ""; };
  check_distinct(spec.users, "users", ".uid", uid, findings);
  for (std::size_t i = 0; i < spec.users.size(); ++i) {
    const User& user = spec.users[i];
    check_distinct(user.ssh_keys, std::format("users[{}].ssh_keys", i), "", ssh_key_identity,
                   findings);
    if (!is_system_account(user.name)) continue;
    const std::string path = std::format("users[{}].name", i);
    findings.push_back({{path},
                        std::format("{}: '{}' is an account of the system itself", path, user.name),
                        "choose another name"});
  }
}

}  // namespace muster::spec
