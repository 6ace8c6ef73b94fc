#include "helper/extension_hosts.h"

#include <format>
#include <print>

#include "extensions/store.h"
#include "head/systemctl.h"

namespace muster::helper {

void start_extensions(os::CommandRunner& runner) {
  const auto inventory = extensions::read_inventory(extensions::kStore);
  if (!inventory) {
    std::println(stderr, "muster-helper: {}", inventory.error().text());
    return;
  }
  for (const extensions::Installed& installed : inventory->installed) {
    const std::string& name = installed.grant.name;
    const Status started =
        head::systemctl(runner, {"start", "--no-block", extensions::unit_of(name, "socket")});
    if (!started) std::println(stderr, "muster-helper: {}", started.error().text());
  }
}

}  // namespace muster::helper
