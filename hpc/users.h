#pragma once
// The people of a cluster: one table on the head, the same account everywhere. A user id is given
// once and never again, because files of a user who left stay behind under it.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/json/document.h"
#include "core/plan/owns.h"
#include "core/plan/plan.h"
#include "core/spec/cluster_spec.h"
#include "core/spec/system_accounts.h"

namespace muster::hpc {

/// The first number that the table gives: above those of accounts that an owner makes on the head
/// alone. The last is that of spec::is_person_uid.
inline constexpr std::uint32_t kFirstUid = 10000;

using spec::kCheckUid;
using spec::kCheckUser;

struct ClusterUser {
  std::string name;
  std::uint32_t uid = 0;
  std::string full_name;
  /// OpenSSH public keys, one line each.
  std::vector<std::string> ssh_keys;

  bool operator==(const ClusterUser&) const = default;
};

/// "/home/NAME".
std::string home_of(std::string_view user);

/// An entry of the stored table that cannot be read.
struct DamagedEntry {
  enum class List { users, retired } list = List::users;
  /// JSON, as it is stored.
  std::string text;
  /// What can be read of it; empty, none: nothing.
  std::string name = {};
  std::optional<std::uint32_t> uid = {};
  std::string reason = {};

  bool operator==(const DamagedEntry&) const = default;
};

extern const json::DocumentKind kUsersDocument;

/// All users, and the names and numbers of those who left.
///
/// An entry that cannot be read stays in the document as it is, and takes nobody's account: a
/// person whom it may mean is a user as far as the entry can be read, or as machines have the
/// account (stand_in). Such a person can be removed, and not be changed.
class UserTable {
 public:
  /// Adds a user; without a uid the one that somebody of this name had, whose home is still there,
  /// or else the next that was never given. The added user. Errors: a name that is taken, a
  /// system's or no name; a uid that was given before or is no person's; a key that is none;
  /// entries that cannot be read, so that nobody knows which numbers were given (conflict).
  Result<ClusterUser> add(const spec::User& wanted);

  /// What becomes of the keys when a change brings none.
  enum class NoKeys { keep_the_old, take_away };

  /// Gives a user what `wanted` has of keys and full name; what it has not stays, but for keys that
  /// are taken away. Errors: no such user; one whose entry cannot be read (conflict); as add.
  Result<ClusterUser> change(const spec::User& wanted, NoKeys none = NoKeys::keep_the_old);

  /// Errors: no such user; one whose number is not known (conflict).
  Status remove(std::string_view name);

  std::optional<ClusterUser> find(std::string_view name) const;
  /// By name.
  std::vector<ClusterUser> users() const;
  /// Whether somebody of this name left and did not come back.
  bool has_left(std::string_view name) const;

  /// A table of these users. Errors: a name, a full name or a key that is none; a name or a number
  /// twice.
  static Result<UserTable> of(std::span<const ClusterUser> users);

  /// A document of kUsersDocument: {"users": […], "retired": [{"uid": …, "name": …}, …]}, with the
  /// entries that cannot be read.
  std::string to_json() const;
  /// Errors: not what to_json wrote (invalid), but for single entries; of a newer version
  /// (conflict).
  static Result<UserTable> parse(std::string_view text);

  /// The table of a document that cannot be read at all: nobody is known.
  static UserTable unknown();

  const std::vector<DamagedEntry>& damaged() const { return damaged_; }

  /// Takes the users of `last`, the table that machines have, who are neither in this table nor
  /// left: damaged entries may mean them. With a complete one this table is complete, too.
  void stand_in(const UserTable& last);

  /// Whether users() has everybody whose account a machine may have. The plan of an incomplete
  /// table has no accounts: a machine removes those that its plan does not name.
  bool is_complete() const { return is_complete_; }

  bool operator==(const UserTable&) const = default;

 private:
  using Users = std::map<std::string, ClusterUser, std::less<>>;

  Status check_changeable(std::string_view name) const;
  Result<std::uint32_t> choose_uid(const spec::User& wanted) const;
  std::optional<std::string> holder_of(std::uint32_t uid, std::string_view name) const;
  std::optional<std::uint32_t> last_uid_of(std::string_view name) const;
  Status read_user(const json::Value& entry);
  Status read_retired(const json::Value& entry);
  void keep_damaged(DamagedEntry entry);

  Users users_;
  /// Whom damaged entries may mean.
  Users stand_ins_;
  std::vector<DamagedEntry> damaged_;
  bool is_complete_ = true;
  /// Every uid of a user who left, with the name it had last.
  std::map<std::uint32_t, std::string> retired_;
};

/// Where a plan for accounts is applied: the head makes the homes, nodes mount them.
enum class Machine { head, node };

/// Makes the accounts of the table on a machine. People who left are in no plan: each machine knows
/// which accounts plans made there, and removes those that its plan does not name (core/apply). The
/// plan of an incomplete table has no account, and then a machine removes none.
plan::Plan plan_users(const UserTable& table, Machine machine);

/// What plan_users' steps on the head are about.
plan::Owns owns_of_people();

/// The table that a plan of the head was made of by plan_users, as far as the plan says: whoever
/// adds nothing to the plan of this table finds the same steps. That of a plan without accounts is
/// incomplete. Errors: a name or a key that is none.
Result<UserTable> table_of(const plan::Plan& plan);

/// The user's keys as sshd(8) reads them.
std::string render_authorized_keys(const ClusterUser& user);

}  // namespace muster::hpc
