#pragma once
// The account files of a system: read, and changed under the lock that the tools of passwd(5) take.

#include <format>
#include <functional>
#include <utility>

#include "core/apply/account_files.h"
#include "core/apply/effect.h"
#include "core/apply/target/target.h"

namespace muster::apply {

/// Owns: nothing; the system's files must live longer.
class AccountDatabase {
 public:
  /// `settings`: the directory of passwd and its siblings, "/etc".
  AccountDatabase(Files& files, std::string settings)
      : files_(files), settings_(std::move(settings)) {}

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

  /// Whether the files were changed since this was asked last: who keeps copies must ask again.
  bool take_changed() { return std::exchange(is_changed_, false); }

 private:
  std::string path_of(std::string_view name) const { return std::format("{}/{}", settings_, name); }

  Files& files_;
  std::string settings_;
  bool is_changed_ = false;
};

}  // namespace muster::apply
