#pragma once
// A lock on a file that ends with its holders, however they end (flock(2)): a child that inherits
// the descriptor holds it too, so a lock can be handed over without a gap.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/os/handle.h"

namespace muster::os {

/// Takes the lock, making the file when missing; none when another process holds it. The holder may
/// remove the file: who comes later makes and locks a new one.
Result<std::optional<Handle>> try_lock_file(const std::filesystem::path& path);

/// Takes the lock, and waits while another process holds it: `on_wait` is told first, with the
/// holder's process id and command line as it wrote them into the file. Errors: the world's; a
/// signal came meanwhile ("interrupted").
Result<Handle> lock_file(const std::filesystem::path& path,
                         const std::function<void(const std::string& holder)>& on_wait = {});

/// Takes the lock that lckpwdf(3), the tools of passwd(5) and systemd-sysusers(8) take before they
/// change accounts; none when another program has it. `settings`: the directory of passwd, "/etc".
Result<std::optional<Handle>> try_lock_accounts(const std::filesystem::path& settings);

}  // namespace muster::os
