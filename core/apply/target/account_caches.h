#pragma once
// The programs that keep copies of accounts, nscd(8) and SSSD.

#include <filesystem>

#include "core/apply/programs.h"

namespace muster::apply {

/// Tells those that are installed below `root`, "/", to ask again. Errors: one of them fails; what
/// it has copied may be old for a while.
Status flush_account_caches(const std::filesystem::path& root, const Programs& programs);

}  // namespace muster::apply
