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

/// All users, and the names and numbers of those who left.
class UserTable {
 public:
  /// Adds a user; without a uid the one that somebody of this name had, whose home is still there,
  /// or else the next that was never given. The added user. Errors: a name that is taken, a
  /// system's or no name; a uid that was given before or is no person's; a key that is none.
  Result<ClusterUser> add(const spec::User& wanted);

  /// What becomes of the keys when a change brings none.
  enum class NoKeys { keep_the_old, take_away };

  /// Gives a user what `wanted` has of keys and full name; what it has not stays, but for keys that
  /// are taken away. Errors: no such user, and as add.
  Result<ClusterUser> change(const spec::User& wanted, NoKeys none = NoKeys::keep_the_old);

  /// Errors: no such user.
  Status remove(std::string_view name);

  std::optional<ClusterUser> find(std::string_view name) const;
  /// By name.
  std::vector<ClusterUser> users() const;
  /// Whether somebody of this name left and did not come back.
  bool has_left(std::string_view name) const;

  /// A table of these users. Errors: a name, a full name or a key that is none; a name or a number
  /// twice.
  static Result<UserTable> of(std::span<const ClusterUser> users);

  /// {"schema": 1, "users": […], "retired": [{"uid": …, "name": …}, …]}
  std::string to_json() const;
  /// Errors: not what to_json wrote.
  static Result<UserTable> parse(std::string_view json);

  bool operator==(const UserTable&) const = default;

 private:
  Result<std::uint32_t> choose_uid(const spec::User& wanted) const;
  std::optional<std::string> holder_of(std::uint32_t uid, std::string_view name) const;
  std::optional<std::uint32_t> last_uid_of(std::string_view name) const;

  std::map<std::string, ClusterUser, std::less<>> users_;
  /// Every uid of a user who left, with the name it had last.
  std::map<std::uint32_t, std::string> retired_;
};

/// Where a plan for accounts is applied: the head makes the homes, nodes mount them.
enum class Machine { head, node };

/// Makes the accounts of the table on a machine. People who left are in no plan: each machine knows
/// which accounts plans made there, and removes those that its plan does not name (core/apply).
plan::Plan plan_users(const UserTable& table, Machine machine);

/// The table that a plan of the head was made of by plan_users, as far as the plan says: whoever
/// adds nothing to the plan of this table finds the same steps. Errors: a name or a key that is
/// none.
Result<UserTable> table_of(const plan::Plan& plan);

/// The user's keys as sshd(8) reads them.
std::string render_authorized_keys(const ClusterUser& user);

}  // namespace muster::hpc
