// The people of the cluster: those of cluster.yaml, and what administrators changed since.

#include <nlohmann/json.hpp>

#include "apps/musterd/cluster.h"
#include "apps/plans/preview.h"

namespace muster::daemon {
namespace {

using nlohmann::json;

std::map<std::string, std::string> parse_digests(std::string_view text) {
  std::map<std::string, std::string> digests;
  const json value = json::parse(text, nullptr, false);
  if (!value.is_object()) return digests;
  for (const auto& [name, digest] : value.items()) {
    if (digest.is_string()) digests[name] = digest.get<std::string>();
  }
  return digests;
}

}  // namespace

Status Cluster::load_users() {
  TRY_ASSIGN(const auto stored, store_->find("setting", "users"));
  if (stored) {
    TRY_ASSIGN(users_, hpc::UserTable::parse(stored->value));
  }
  return add_spec_users();
}

/// What cluster.yaml says of a person is taken over once, when it is new: what an administrator
/// changed since, such as a key that was revoked, stays.
Status Cluster::add_spec_users() {
  TRY_ASSIGN(const auto stored, store_->find("setting", "spec-users"));
  if (stored) spec_users_ = parse_digests(stored->value);
  plans::SpecUsers wanted = plans::with_spec_users(users_, spec_, spec_users_);
  refused_users_ = std::move(wanted.refused);
  hpc::UserTable table = std::move(wanted.table);
  const auto digests = plans::digests_of(spec_.users);
  if (table == users_ && digests == spec_users_) return {};
  TRY(save_users(std::move(table), "added", "the users of cluster.yaml"));
  const auto committed = store_->commit(
      {.changes = {{.kind = "setting", .key = "spec-users", .value = json(digests).dump()}}});
  if (!committed) return std::unexpected(committed.error());
  spec_users_ = digests;
  return {};
}

hpc::UserTable Cluster::users() {
  const std::scoped_lock lock(mutex_);
  return users_;
}

Status Cluster::save_users(hpc::UserTable table, const std::string& what, const std::string& name) {
  const auto committed = store_->commit(
      {.changes = {{.kind = "setting", .key = "users", .value = table.to_json()}},
       .events = {{.time_ms = now_ms(), .subject = "users", .kind = what, .text = name}}});
  if (!committed) return std::unexpected(committed.error());
  users_ = std::move(table);
  ++generation_;
  return {};
}

Result<hpc::ClusterUser> Cluster::add_user(const spec::User& wanted) {
  const std::scoped_lock lock(mutex_);
  hpc::UserTable table = users_;
  TRY_ASSIGN(hpc::ClusterUser user, table.add(wanted));
  TRY(save_users(std::move(table), "added", user.name));
  return user;
}

Result<hpc::ClusterUser> Cluster::change_user(const spec::User& wanted,
                                              hpc::UserTable::NoKeys none) {
  const std::scoped_lock lock(mutex_);
  hpc::UserTable table = users_;
  TRY_ASSIGN(hpc::ClusterUser user, table.change(wanted, none));
  TRY(save_users(std::move(table), "changed", user.name));
  return user;
}

Status Cluster::remove_user(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  hpc::UserTable table = users_;
  TRY(table.remove(name));
  return save_users(std::move(table), "removed", name);
}

}  // namespace muster::daemon
