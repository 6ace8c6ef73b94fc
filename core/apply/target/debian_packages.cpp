#include <algorithm>

#include "core/apply/target/running_machine.h"
#include "core/base/text.h"

namespace muster::apply {
namespace {

/// A package and what it needs may be large, and the mirror far.
constexpr std::chrono::seconds kPackageLimit = std::chrono::minutes(30);

/// debconf(7): nobody is there to answer.
const std::map<std::string, std::string> kQuiet = {{"DEBIAN_FRONTEND", "noninteractive"}};

}  // namespace

Result<bool> DebianPackages::is_installed(const std::string& name) {
  TRY_ASSIGN(
      const os::CommandResult now,
      programs_.ask({"dpkg-query", "--show", R"(--showformat=${db:Status-Status}\n)", "--", name}));
  // A line for each architecture that it is known in.
  return now.status == 0 && std::ranges::contains(lines(now.out), "installed");
}

Status DebianPackages::install(const std::string& name) {
  return programs_.run(
      {"apt-get", "--quiet", "--yes", "--no-install-recommends", "-oDPkg::Lock::Timeout=60",
       "-oDpkg::Use-Pty=0", "-oDpkg::Options::=--force-confold", "install", "--", name},
      kPackageLimit, kQuiet);
}

Status DebianPackages::remove(const std::string& name) {
  // apt-get(8) would remove what needs it as well; dpkg(1) refuses.
  return programs_.run({"dpkg", "--remove", "--", name}, kPackageLimit, kQuiet);
}

}  // namespace muster::apply
