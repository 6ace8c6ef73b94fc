// The people of the cluster: those of cluster.yaml, and what administrators changed since.

#include <format>

#include <nlohmann/json.hpp>

#include "apps/musterd/cluster.h"
#include "apps/plans/preview.h"

namespace muster::daemon {
namespace {

using nlohmann::json;

plans::Digests parse_digests(std::string_view text) {
  plans::Digests digests;
  const json value = json::parse(text, nullptr, false);
  if (!value.is_object()) return digests;
  for (const auto& [name, digest] : value.items()) {
    if (digest.is_string()) digests[name] = digest.get<std::string>();
  }
  return digests;
}

}  // namespace

/// Without its people a plan would take their accounts from every machine: a table that cannot be
/// read ends the start.
Status Cluster::load_users() {
  const auto stored = store_->find("setting", "users");
  auto table = !stored   ? std::unexpected(stored.error())
               : *stored ? hpc::UserTable::parse((*stored)->value)
                         : Result<hpc::UserTable>();
  const auto known = store_->find("setting", "spec-users");
  if (known && *known) spec_users_ = parse_digests((*known)->value);
  if (!table) {
    return fail(table.error().kind,
                std::format("cannot read the people of the cluster: {}", table.error().message),
                "put a copy of /var/lib/muster/state.db back and restart musterd; accounts and "
                "nodes stay as they are");
  }
  users_ = std::move(*table);
  pending_.write("the users of cluster.yaml", [this] { return take_spec_users(); });
  return {};
}

/// What cluster.yaml says of a person is taken over once, when it is new: what an administrator
/// changed since, such as a key that was revoked, stays.
Status Cluster::take_spec_users() {
  const std::scoped_lock one_decision(deciding_);
  plans::SpecUsers wanted = plans::with_spec_users(users(), spec_, spec_users());
  {
    const std::scoped_lock lock(mutex_);
    refused_users_ = std::move(wanted.refused);
  }
  const auto digests = plans::digests_of(spec_.users);
  if (wanted.table == users() && digests == spec_users()) return {};
  state::Transaction both = users_transaction(wanted.table, "added", "the users of cluster.yaml");
  both.changes.push_back({.kind = "setting", .key = "spec-users", .value = json(digests).dump()});
  TRY_ASSIGN(const state::Revision revision, store_->commit(both));
  const std::scoped_lock lock(mutex_);
  spec_users_ = digests;
  use_users(std::move(wanted.table), revision);
  return {};
}

hpc::UserTable Cluster::users() {
  const std::scoped_lock lock(mutex_);
  return users_;
}

plans::Digests Cluster::spec_users() {
  const std::scoped_lock lock(mutex_);
  return spec_users_;
}

std::vector<Error> Cluster::refused_users() {
  const std::scoped_lock lock(mutex_);
  return refused_users_;
}

state::Transaction Cluster::users_transaction(const hpc::UserTable& table, const std::string& what,
                                              const std::string& name) const {
  return {.changes = {{.kind = "setting", .key = "users", .value = table.to_json()}},
          .events = {{.time_ms = now_ms(), .subject = "users", .kind = what, .text = name}}};
}

/// Under mutex_: what was committed as `revision` is so from now on.
void Cluster::use_users(hpc::UserTable table, state::Revision revision) {
  users_ = std::move(table);
  decided_ = revision;
  ++generation_;
}

/// Under deciding_.
Result<state::Revision> Cluster::save_users(hpc::UserTable table, const std::string& what,
                                            const std::string& name) {
  TRY_ASSIGN(const state::Revision revision, store_->commit(users_transaction(table, what, name)));
  const std::scoped_lock lock(mutex_);
  use_users(std::move(table), revision);
  return revision;
}

Result<Cluster::ChangedUser> Cluster::add_user(const spec::User& wanted) {
  const std::scoped_lock one_decision(deciding_);
  hpc::UserTable table = users();
  TRY_ASSIGN(hpc::ClusterUser user, table.add(wanted));
  TRY_ASSIGN(const state::Revision revision, save_users(std::move(table), "added", user.name));
  return ChangedUser{std::move(user), revision};
}

Result<Cluster::ChangedUser> Cluster::change_user(const spec::User& wanted,
                                                  hpc::UserTable::NoKeys none) {
  const std::scoped_lock one_decision(deciding_);
  hpc::UserTable table = users();
  TRY_ASSIGN(hpc::ClusterUser user, table.change(wanted, none));
  TRY_ASSIGN(const state::Revision revision, save_users(std::move(table), "changed", user.name));
  return ChangedUser{std::move(user), revision};
}

Status Cluster::remove_user(const std::string& name) {
  const std::scoped_lock one_decision(deciding_);
  hpc::UserTable table = users();
  TRY(table.remove(name));
  const auto saved = save_users(std::move(table), "removed", name);
  return saved ? Status() : std::unexpected(saved.error());
}

}  // namespace muster::daemon
