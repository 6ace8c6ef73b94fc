#include "core/apply/account_database.h"

#include <algorithm>
#include <format>
#include <vector>

namespace muster::apply {

Result<AccountFiles> AccountDatabase::read() const {
  std::vector<std::string_view> names(kAccountFiles.begin(), kAccountFiles.end());
  names.push_back(kAccountRules);
  AccountFiles files;
  for (const std::string_view name : names) {
    TRY_ASSIGN(const PathState state, files_.look(path_of(name), Links::follow));
    if (state.kind == PathState::Kind::absent) continue;
    TRY_ASSIGN(files[std::string(name)], files_.read(path_of(name), Links::follow));
  }
  return files;
}

EffectResult AccountDatabase::change(const Change& change, Order order) {
  TRY_ASSIGN(const auto lock, files_.try_lock_accounts(settings_));
  if (lock == nullptr) {
    return fail(ErrorKind::busy, "another program changes the accounts of this machine",
                "Muster tries again by itself");
  }
  TRY_ASSIGN(const AccountFiles now, read());
  const AccountFiles wanted = change(now);
  std::vector<std::string_view> names(kAccountFiles.begin(), kAccountFiles.end());
  if (order == Order::accounts_first) std::ranges::reverse(names);
  Effect effect = Effect::unchanged;
  for (const std::string_view name : names) {
    const auto file = wanted.find(name);
    if (file == wanted.end() || file->second == now.find(name)->second) continue;
    TRY(files_.rewrite(path_of(name), file->second));
    is_changed_ = true;
    effect = Effect::changed;
  }
  return effect;
}

}  // namespace muster::apply
