#include "apps/muster/caller.h"

#include <cstdlib>
#include <unistd.h>

#include "core/base/text.h"
#include "core/os/name_service.h"

namespace muster::cli {
namespace {

constexpr std::size_t kLongestLogin = 64;

}  // namespace

std::string caller() {
  const char* const before_sudo = std::getenv("SUDO_USER");
  if (before_sudo != nullptr && *before_sudo != '\0') {
    return printable(before_sudo, kLongestLogin);
  }
  const auto account = os::find_user(getuid());
  return account && *account ? printable((*account)->name, kLongestLogin)
                             : std::to_string(getuid());
}

}  // namespace muster::cli
