#pragma once
// What the privileged helper is willing to do for the unprivileged daemon. A daemon that was taken
// over can break the cluster's services, and nothing else of the machine.

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "core/apply/own_accounts.h"
#include "core/plan/plan.h"

namespace muster::head {

/// Where what NFS shows is bound together.
inline constexpr const char* kVolumes = "/run/muster-volumes";
/// How it is mounted: nobody but root makes anything in it.
inline constexpr const char* kVolumesOptions = "size=64k,mode=0755";
/// How a volume is bound there (mount(8)): with the file systems below it, those that are mounted
/// later, too; and nothing that is unmounted there is unmounted where it belongs.
inline constexpr const char* kBindOptions = "rbind,rslave";

/// Where the public keys of the cluster's people lie, a file each.
inline constexpr std::string_view kPeopleKeys = "/etc/muster/ssh-keys/";

/// The accounts that the helper made (core/apply/own_accounts.h). `settings`: the directory of
/// passwd, "/etc". Empty when there is no such list.
Result<apply::ListedAccounts> read_own_accounts(const std::filesystem::path& settings = "/etc");

/// `shared`: /home and where the specification's volumes are mounted.
/// Errors: the first step that is outside: a path that is not Muster's, a service that is not one
/// of the head's, a user below the cluster's range, a mount that is no volume's.
Status check_allowed(const plan::Plan& plan, std::span<const std::string> shared);

}  // namespace muster::head
