#pragma once
// Who runs this program.

#include <string>

namespace muster::cli {

/// The login of who typed the command, also behind sudo(8), at most 64 bytes and safe to show; a
/// number where the account is gone.
std::string caller();

}  // namespace muster::cli
