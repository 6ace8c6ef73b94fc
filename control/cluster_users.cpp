// The people of the cluster: those of cluster.yaml, and what administrators changed since.

#include <algorithm>
#include <format>

#include "control/cluster.h"
#include "core/base/text.h"
#include "core/os/files.h"
#include "plans/preview.h"

namespace muster::control {
namespace {

/// A secret that every cluster has for itself, and every plan of its head.
constexpr const char* kSlurmKeyFile = "/etc/slurm/slurm.key";
constexpr const char* kRestore = "'muster restore FILE' brings back a backup";
constexpr const char* kRestoreOrRebuild =
    "'muster restore FILE' brings back a backup; without one, 'muster user rebuild' takes the "
    "people of the head's last plan";
constexpr const char* kAccountsStay = "accounts stay as they are";
constexpr const char* kNoAccounts = "accounts stay as they are, and nodes that boot have none";

/// An entry of the stored users that cannot be read, for `muster status`.
Error error_of(const hpc::DamagedEntry& entry, const hpc::UserTable& table) {
  const std::string name = printable(entry.name, 64);
  const std::string of = name.empty() ? "" : std::format(" of user '{}'", name);
  if (entry.list == hpc::DamagedEntry::List::retired) {
    return {.message = std::format("the stored entry of a user who left{} cannot be read: {}",
                                   name.empty() ? "" : std::format(" ('{}')", name), entry.reason),
            .hint =
                "a new user needs a number that no user ever had: 'muster user add NAME --uid "
                "NUMBER'"};
  }
  const std::string message =
      std::format("the stored entry{} cannot be read: {}; {}", of, entry.reason,
                  table.is_complete() ? kAccountsStay : kNoAccounts);
  if (!table.find(entry.name) || !table.is_complete()) {
    return {.message = message, .hint = kRestore};
  }
  return {.message = message,
          .hint = std::format("'muster user remove {0}' and 'muster user add {0}' make the entry "
                              "anew, with the same number and home",
                              name)};
}

}  // namespace

/// Without its people a plan would take their accounts from every machine. Whom damaged entries
/// mean is what machines have, by the plan that the head published last.
void Cluster::load_users() {
  auto stored = documents_->load(hpc::kUsersDocument, &hpc::UserTable::parse,
                                 SettingDocuments::Damaged::leave);
  if (!stored) users_trouble_ = stored.error();
  hpc::UserTable table = stored ? stored->value_or(hpc::UserTable()) : hpc::UserTable::unknown();
  if (users_trouble_ || !table.damaged().empty()) {
    if (const auto last = read_last_users()) table.stand_in(*last);
  }
  users_ = std::move(table);
  if (users_trouble_) return;
  if (stored->has_value()) load_spec_users();
  pending_.write("the users of cluster.yaml", [this] { return take_spec_users(); });
}

/// Whom the plan that the head published last names. Errors: there is no such plan; it is that of
/// another cluster, whose head this was before a backup was restored here.
Result<hpc::UserTable> Cluster::read_last_users() const {
  TRY_ASSIGN(const std::string text, os::read_file(published_plan()));
  TRY_ASSIGN(const plan::Plan plan, plan::parse_plan(text));
  const bool is_own = std::ranges::any_of(plan.steps, [this](const plan::Step& step) {
    const auto* const file = std::get_if<plan::WriteFile>(&step);
    return file != nullptr && file->path == kSlurmKeyFile && file->content == slurm_key_;
  });
  if (!is_own) return fail("the published plan has another key of Slurm");
  return hpc::table_of(plan);
}

/// Only with a table: without one nobody was removed from it, and all people are new. When nobody
/// knows what was taken over, nothing of whom the cluster has is taken over anew: a key that was
/// revoked since would come back.
void Cluster::load_spec_users() {
  auto known =
      documents_->load(kSpecUsersDocument, &parse_digests, SettingDocuments::Damaged::put_aside);
  if (known) {
    spec_users_ = known->value_or(plans::Digests());
    return;
  }
  const Error& why = known.error();
  spec_users_ = plans::digests_of(spec_.users);
  std::erase_if(spec_users_, [this](const auto& digest) { return !users_.find(digest.first); });
  // A document of a newer version stays.
  spec_users_are_stored_ = why.kind == ErrorKind::conflict;
  lost_.push_back(
      {.message = std::format("{}; what cluster.yaml says anew of people whom the "
                              "cluster has is not taken over",
                              why.message),
       .hint = why.hint.empty() ? "'muster user set' changes what they have" : why.hint});
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
  const bool is_known = wanted.known == spec_users() && spec_users_are_stored_;
  if (wanted.table == users() && is_known) return {};
  TRY_ASSIGN(state::Transaction both,
             users_transaction(wanted.table, "added", "the users of cluster.yaml"));
  TRY_ASSIGN(state::Change taken,
             documents_->change(kSpecUsersDocument, render_digests(wanted.known)));
  both.changes.push_back(std::move(taken));
  TRY_ASSIGN(const state::Revision revision, store_->commit(both));
  const std::scoped_lock lock(mutex_);
  spec_users_ = std::move(wanted.known);
  spec_users_are_stored_ = true;
  use_users(std::move(wanted.table), revision);
  return {};
}

std::optional<Error> Cluster::users_trouble() {
  const std::scoped_lock lock(mutex_);
  return users_trouble_;
}

std::vector<Error> Cluster::damaged_users() {
  const hpc::UserTable table = users();
  const std::optional<Error> trouble = users_trouble();
  std::vector<Error> errors;
  if (trouble) {
    const bool is_newer = trouble->kind == ErrorKind::conflict;
    const char* const mend = table.is_complete() ? kRestoreOrRebuild : kRestore;
    errors.push_back({.message = std::format(
                          "the users of the cluster cannot be read: {}; nobody is added or "
                          "changed, and {}",
                          trouble->message, table.is_complete() ? kAccountsStay : kNoAccounts),
                      .hint = is_newer ? trouble->hint : mend});
  }
  for (const hpc::DamagedEntry& entry : table.damaged()) errors.push_back(error_of(entry, table));
  return errors;
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

/// Errors: the stored users cannot be read, and are not overwritten.
Result<state::Transaction> Cluster::users_transaction(const hpc::UserTable& table,
                                                      const std::string& what,
                                                      const std::string& name) const {
  auto change = documents_->change(hpc::kUsersDocument, table.to_json());
  if (!change) return wrap("the users of the cluster cannot be read", std::move(change).error());
  return state::Transaction{
      .changes = {std::move(*change)},
      .events = {{.time_ms = now_ms(), .subject = "users", .kind = what, .text = name}}};
}

/// Under mutex_: what was committed as `revision` is so from now on.
void Cluster::use_users(hpc::UserTable table, state::Revision revision) {
  users_ = std::move(table);
  decided_ = revision;
  ++generation_;
}

/// Notes in `known`, and in the transaction, that what cluster.yaml says of a person is taken over.
/// False: it was noted already, or the document is of a newer version.
bool Cluster::take_over(const spec::User& user, plans::Digests& known,
                        state::Transaction& transaction) const {
  const std::string digest = plans::digests_of({&user, 1}).at(user.name);
  if (const auto before = known.find(user.name);
      before != known.end() && before->second == digest) {
    return false;
  }
  known[user.name] = digest;
  auto taken = documents_->change(kSpecUsersDocument, render_digests(known));
  if (!taken) return false;
  transaction.changes.push_back(std::move(*taken));
  return true;
}

/// Under deciding_. What an administrator decides of a person takes the place of what cluster.yaml
/// says now: of somebody who was refused before, it is not tried again.
Result<state::Revision> Cluster::save_users(hpc::UserTable table, const std::string& what,
                                            const std::string& name) {
  TRY_ASSIGN(state::Transaction transaction, users_transaction(table, what, name));
  plans::Digests known = spec_users();
  const auto said = std::ranges::find(spec_.users, name, &spec::User::name);
  const bool is_news = said != spec_.users.end() && take_over(*said, known, transaction);
  TRY_ASSIGN(const state::Revision revision, store_->commit(transaction));
  const std::scoped_lock lock(mutex_);
  if (is_news) spec_users_ = std::move(known);
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

Status Cluster::rebuild_users() {
  const std::scoped_lock one_decision(deciding_);
  const std::optional<Error> trouble = users_trouble();
  if (!trouble) {
    return fail(ErrorKind::conflict, "the users of the cluster can be read",
                "see the users: muster user list");
  }
  const hpc::UserTable known = users();
  if (trouble->kind != ErrorKind::invalid || !known.is_complete()) {
    return fail(
        ErrorKind::conflict,
        std::format("the users of the cluster cannot be made anew: {}",
                    known.is_complete() ? trouble->message : "no plan says whom machines have"),
        kRestore);
  }
  TRY_ASSIGN(hpc::UserTable table, hpc::UserTable::of(known.users()));
  TRY_ASSIGN(const state::Revision revision,
             documents_->replace(hpc::kUsersDocument, table.to_json(),
                                 {.time_ms = now_ms(),
                                  .subject = "users",
                                  .kind = "rebuilt",
                                  .text = "the stored users could not be read"}));
  const std::scoped_lock lock(mutex_);
  users_trouble_.reset();
  use_users(std::move(table), revision);
  return {};
}

}  // namespace muster::control
