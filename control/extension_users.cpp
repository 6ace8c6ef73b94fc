#include "control/extension_users.h"

#include "core/crypto/hash.h"

namespace muster::control {

std::shared_ptr<const ExtensionUsers::Told> ExtensionUsers::told() {
  const std::scoped_lock lock(mutex_);
  // Before the people: who is read then is at least as new.
  const std::uint64_t count = decisions_.count();
  if (count == count_) return told_;
  const hpc::UserTable table = people_.users();
  count_ = count;
  told_.reset();
  if (!table.is_complete()) return told_;
  Told told{.users = nlohmann::json::array(), .digest = {}};
  for (const hpc::ClusterUser& user : table.users()) {
    told.users.push_back({{"name", user.name}, {"uid", user.uid}, {"full_name", user.full_name}});
  }
  told.digest =
      crypto::sha256(told.users.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  told_ = std::make_shared<const Told>(std::move(told));
  return told_;
}

}  // namespace muster::control
