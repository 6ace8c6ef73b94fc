#include "apps/muster/caller.h"

#include <cstdlib>
#include <unistd.h>

#include "core/os/name_service.h"

namespace muster::cli {

std::string caller() {
  const char* const before_sudo = std::getenv("SUDO_USER");
  if (before_sudo != nullptr && *before_sudo != '\0') return before_sudo;
  const auto account = os::find_user(getuid());
  return account && *account ? (*account)->name : std::to_string(getuid());
}

}  // namespace muster::cli
