#pragma once
// The account files of a machine: read, changed under the lock that the tools of passwd(5) take,
// and told to the programs that keep copies of them.

#include <filesystem>
#include <functional>

#include "core/apply/account_files.h"
#include "core/apply/programs.h"

namespace muster::apply {

class AccountDatabase {
 public:
  /// `settings`: the directory of passwd and its siblings, "/etc".
  explicit AccountDatabase(std::filesystem::path settings) : settings_(std::move(settings)) {}

  /// Errors: a file that is there cannot be read.
  Result<AccountFiles> read() const;

  /// Whether passwd is the last file that is written, or the first.
  enum class Order { accounts_last, accounts_first };
  using Change = std::function<AccountFiles(const AccountFiles&)>;

  /// Writes what `change` makes of the files. Files keep owner, mode and attributes, and the old
  /// ones stay beside them ("passwd-").
  /// Errors (ErrorKind::busy): another program changes accounts; and the world's. A part of the
  /// files may be written then, in the order of kAccountFiles or the opposite one.
  EffectResult change(const Change& change, Order order);

  /// After a change: tells nscd(8) and SSSD, where they are installed, to ask again.
  /// Errors: one of them fails; what it has copied may be old for a while.
  Status flush_caches(const Programs& programs);

 private:
  std::filesystem::path settings_;
  bool is_changed_ = false;
};

}  // namespace muster::apply
