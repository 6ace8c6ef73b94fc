#include "control/people.h"

#include <algorithm>
#include <format>
#include <utility>
#include <variant>

#include "core/base/text.h"
#include "core/plan/plan.h"
#include "hpc/files.h"

namespace muster::control {
namespace {

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

Result<hpc::UserTable> people_of_plan(std::string_view text, std::string_view slurm_key) {
  TRY_ASSIGN(const plan::Plan plan, plan::parse_plan(text));
  const bool is_own = std::ranges::any_of(plan.steps, [&](const plan::Step& step) {
    const auto* const file = std::get_if<plan::WriteFile>(&step);
    return file != nullptr && file->path == hpc::kSlurmKey && file->content == slurm_key;
  });
  if (!is_own) return fail("the published plan has another key of Slurm");
  return hpc::table_of(plan);
}

/// Without its people a plan would take their accounts from every machine. Whom damaged entries
/// mean is what machines have, by the plan that the head published last.
void People::load(const ReadLast& read_last, PendingWrites& pending, std::vector<Error>& lost) {
  auto stored = decisions_.documents().load(hpc::kUsersDocument, &hpc::UserTable::parse,
                                            SettingDocuments::Damaged::leave);
  if (!stored) trouble_ = stored.error();
  hpc::UserTable table = stored ? stored->value_or(hpc::UserTable()) : hpc::UserTable::unknown();
  if (trouble_ || !table.damaged().empty()) {
    if (const auto last = read_last()) table.stand_in(*last);
  }
  table_ = std::move(table);
  if (trouble_) return;
  if (stored->has_value()) load_taken_over(lost);
  pending.write("the users of cluster.yaml", [this] { return take_spec_users(); });
}

/// Only with a table: without one nobody was removed from it, and all people are new. When nobody
/// knows what was taken over, nothing of whom the cluster has is taken over anew: a key that was
/// revoked since would come back.
void People::load_taken_over(std::vector<Error>& lost) {
  auto known = decisions_.documents().load(kSpecUsersDocument, &parse_digests,
                                           SettingDocuments::Damaged::put_aside);
  if (known) {
    taken_over_ = known->value_or(plans::Digests());
    return;
  }
  const Error& why = known.error();
  taken_over_ = plans::digests_of(spec_.users);
  std::erase_if(taken_over_, [this](const auto& digest) { return !table_.find(digest.first); });
  // A document of a newer version stays.
  taken_over_is_stored_ = why.kind == ErrorKind::conflict;
  lost.push_back(
      {.message = std::format("{}; what cluster.yaml says anew of people whom the "
                              "cluster has is not taken over",
                              why.message),
       .hint = why.hint.empty() ? "'muster user set' changes what they have" : why.hint});
}

/// What cluster.yaml says of a person is taken over once, when it is new: what an administrator
/// changed since, such as a key that was revoked, stays.
Status People::take_spec_users() {
  const std::scoped_lock one_decision(decisions_.one_at_a_time());
  plans::SpecUsers wanted = plans::with_spec_users(users(), spec_, taken_over());
  {
    const std::scoped_lock lock(mutex_);
    refused_ = std::move(wanted.refused);
  }
  const bool is_known = wanted.known == taken_over() && taken_over_is_stored_;
  if (wanted.table == users() && is_known) return {};
  TRY(save_with_digests(std::move(wanted), "added", "the users of cluster.yaml"));
  return {};
}

/// For who decides: the table, and what was taken over, in one transaction.
Result<state::Revision> People::save_with_digests(plans::SpecUsers wanted, const std::string& what,
                                                  const std::string& name) {
  TRY_ASSIGN(state::Transaction both, transaction_of(wanted.table, what, name));
  TRY_ASSIGN(state::Change taken,
             decisions_.documents().change(kSpecUsersDocument, render_digests(wanted.known)));
  both.changes.push_back(std::move(taken));
  TRY_ASSIGN(const state::Revision revision, decisions_.store().commit(both));
  const std::scoped_lock lock(mutex_);
  taken_over_ = std::move(wanted.known);
  taken_over_is_stored_ = true;
  use(std::move(wanted.table), revision);
  return revision;
}

std::optional<Error> People::trouble() const {
  const std::scoped_lock lock(mutex_);
  return trouble_;
}

std::vector<Error> People::damaged() const {
  const hpc::UserTable table = users();
  const std::optional<Error> why = trouble();
  std::vector<Error> errors;
  if (why) {
    const bool is_newer = why->kind == ErrorKind::conflict;
    const char* const mend = table.is_complete() ? kRestoreOrRebuild : kRestore;
    errors.push_back(
        {.message = std::format("the users of the cluster cannot be read: {}; nobody is added or "
                                "changed, and {}",
                                why->message, table.is_complete() ? kAccountsStay : kNoAccounts),
         .hint = is_newer ? why->hint : mend});
  }
  for (const hpc::DamagedEntry& entry : table.damaged()) errors.push_back(error_of(entry, table));
  return errors;
}

hpc::UserTable People::users() const {
  const std::scoped_lock lock(mutex_);
  return table_;
}

plans::Digests People::taken_over() const {
  const std::scoped_lock lock(mutex_);
  return taken_over_;
}

std::vector<Error> People::refused() const {
  const std::scoped_lock lock(mutex_);
  return refused_;
}

/// Errors: the stored users cannot be read, and are not overwritten.
Result<state::Transaction> People::transaction_of(const hpc::UserTable& table,
                                                  const std::string& what,
                                                  const std::string& name) {
  auto change = decisions_.documents().change(hpc::kUsersDocument, table.to_json());
  if (!change) return wrap("the users of the cluster cannot be read", std::move(change).error());
  return state::Transaction{
      .changes = {std::move(*change)},
      .events = {{.time_ms = decisions_.now_ms(), .subject = "users", .kind = what, .text = name}}};
}

/// Under mutex_: what was committed as `revision` is so from now on.
void People::use(hpc::UserTable table, state::Revision revision) {
  table_ = std::move(table);
  decisions_.note(revision);
}

/// Notes in `known`, and in the transaction, that what cluster.yaml says of a person is taken over,
/// and that somebody decided about a person by name. False: it was noted already, or the document
/// is of a newer version.
bool People::take_over(const std::string& name, plans::Digests& known,
                       state::Transaction& transaction) {
  plans::Digests noted = known;
  if (const auto left = noted.find(name); left != noted.end() && left->second == plans::kLeft) {
    noted.erase(left);
  }
  const auto said = std::ranges::find(spec_.users, name, &spec::User::name);
  if (said != spec_.users.end()) noted[name] = plans::digests_of({&*said, 1}).at(name);
  if (noted == known) return false;
  auto taken = decisions_.documents().change(kSpecUsersDocument, render_digests(noted));
  if (!taken) return false;
  transaction.changes.push_back(std::move(*taken));
  known = std::move(noted);
  return true;
}

/// For who decides. What an administrator decides of a person takes the place of what cluster.yaml
/// says now: of somebody who was refused before, it is not tried again.
Result<state::Revision> People::save(hpc::UserTable table, const std::string& what,
                                     const std::string& name) {
  TRY_ASSIGN(state::Transaction transaction, transaction_of(table, what, name));
  plans::Digests known = taken_over();
  const bool is_news = take_over(name, known, transaction);
  TRY_ASSIGN(const state::Revision revision, decisions_.store().commit(transaction));
  const std::scoped_lock lock(mutex_);
  if (is_news) taken_over_ = std::move(known);
  use(std::move(table), revision);
  return revision;
}

Result<People::Changed> People::add(const spec::User& wanted) {
  const std::scoped_lock one_decision(decisions_.one_at_a_time());
  hpc::UserTable table = users();
  TRY_ASSIGN(hpc::ClusterUser user, table.add(wanted));
  TRY_ASSIGN(const state::Revision revision, save(std::move(table), "added", user.name));
  return Changed{std::move(user), revision};
}

Result<People::Changed> People::change(const spec::User& wanted, hpc::UserTable::NoKeys none) {
  const std::scoped_lock one_decision(decisions_.one_at_a_time());
  hpc::UserTable table = users();
  TRY_ASSIGN(hpc::ClusterUser user, table.change(wanted, none));
  TRY_ASSIGN(const state::Revision revision, save(std::move(table), "changed", user.name));
  return Changed{std::move(user), revision};
}

Status People::remove(const std::string& name) {
  const std::scoped_lock one_decision(decisions_.one_at_a_time());
  hpc::UserTable table = users();
  TRY(table.remove(name));
  const auto saved = save(std::move(table), "removed", name);
  return saved ? Status() : std::unexpected(saved.error());
}

std::vector<std::string> People::leavers() const {
  const std::scoped_lock lock(mutex_);
  return plans::leavers(table_, spec_, taken_over_);
}

Result<People::Left> People::let_leavers_go() {
  const std::scoped_lock one_decision(decisions_.one_at_a_time());
  Left left{.names = leavers()};
  if (left.names.empty()) return left;
  plans::SpecUsers rest = plans::without_leavers(users(), spec_, taken_over());
  if (!rest.refused.empty()) return std::unexpected(rest.refused.front());
  TRY_ASSIGN(left.revision, save_with_digests(std::move(rest), "removed", join(left.names, ", ")));
  return left;
}

Status People::rebuild() {
  const std::scoped_lock one_decision(decisions_.one_at_a_time());
  const std::optional<Error> why = trouble();
  if (!why) {
    return fail(ErrorKind::conflict, "the users of the cluster can be read",
                "see the users: muster user list");
  }
  const hpc::UserTable known = users();
  if (why->kind != ErrorKind::invalid || !known.is_complete()) {
    return fail(ErrorKind::conflict,
                std::format("the users of the cluster cannot be made anew: {}",
                            known.is_complete() ? why->message : "no plan says whom machines have"),
                kRestore);
  }
  TRY_ASSIGN(hpc::UserTable table, hpc::UserTable::of(known.users()));
  TRY_ASSIGN(const state::Revision revision,
             decisions_.documents().replace(hpc::kUsersDocument, table.to_json(),
                                            {.time_ms = decisions_.now_ms(),
                                             .subject = "users",
                                             .kind = "rebuilt",
                                             .text = "the stored users could not be read"}));
  const std::scoped_lock lock(mutex_);
  trouble_.reset();
  use(std::move(table), revision);
  return {};
}

}  // namespace muster::control
