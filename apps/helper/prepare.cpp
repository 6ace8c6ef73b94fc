#include "apps/helper/prepare.h"

#include <filesystem>
#include <format>
#include <print>

#include "apps/helper/login.h"
#include "apps/helper/originals.h"
#include "apps/helper/wire.h"
#include "core/base/text.h"
#include "core/os/files.h"
#include "core/spec/volumes.h"
#include "provisioning/head/facts.h"
#include "provisioning/head/installed.h"
#include "provisioning/head/interface.h"

namespace muster::helper {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNetwork = "/run/systemd/network/10-muster-cluster.network";

/// Asks on every console until the answer is a card of this machine (systemd-ask-password(1) shows
/// the question on screen and serial line at once).
Result<std::string> ask(os::CommandRunner& runner, const head::Choice& choice) {
  const std::string question = std::format("Muster: {}. Which card is the cluster's? ({})",
                                           choice.question, join(choice.candidates, ", "));
  while (true) {
    TRY_ASSIGN(const std::string answer,
               run_checked(runner, {.argv = {"systemd-ask-password", "--timeout=0", "--echo=yes",
                                             "--no-tty", question}}));
    const std::string name(trim(answer));
    for (const std::string& candidate : choice.candidates) {
      if (candidate == name) return name;
    }
    std::println("muster: '{}' is not one of {}", printable(name), join(choice.candidates, ", "));
  }
}

Result<std::string> cluster_interface(os::CommandRunner& runner, const spec::ClusterSpec& spec) {
  TRY_ASSIGN(const std::string links,
             run_checked(runner, {.argv = {"ip", "-json", "-details", "link"}}));
  TRY_ASSIGN(const std::string routes, run_checked(runner, {.argv = {"ip", "-json", "route"}}));
  TRY_ASSIGN(const auto interfaces, head::parse_interfaces(links, routes));
  const head::Choice choice = head::choose_interface(interfaces, spec.head.interface);
  if (choice.interface) return *choice.interface;
  if (choice.candidates.empty()) {
    return fail(choice.question, "its driver or firmware may be missing; look at 'dmesg'");
  }
  return ask(runner, choice);
}

Status set_address(os::CommandRunner& runner, const std::string& interface, Ipv4Interface address) {
  const std::string text = std::format(
      "[Match]\nName={}\n\n[Network]\nAddress={}\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n"
      "ConfigureWithoutCarrier=yes\n",
      interface, to_string(address));
  TRY(os::write_file(kNetwork, text));
  TRY(run_checked(runner, {.argv = {"networkctl", "reload"}}));
  // The address must be there before daemons listen on it; a cable may still be missing.
  TRY(run_checked(runner, {.argv = {"/usr/lib/systemd/systemd-networkd-wait-online", "--interface",
                                    interface + ":no-carrier", "--timeout=60"}}));
  return {};
}

/// Where the medium is: live-boot's mount, else the copy that an installed head keeps.
std::string medium_path() {
  return fs::exists("/run/live/medium/muster") ? "/run/live/medium" : "/var/lib/muster/medium";
}

}  // namespace

Status prepare(os::CommandRunner& runner) {
  TRY_ASSIGN(const spec::ClusterSpec spec, head::read_installed_spec());
  const bool live = fs::exists("/run/live/medium");
  // An installed head has its owner's accounts already; a live one has nobody's.
  if (live) TRY(set_login(runner, spec));
  if (!live) TRY(keep_settings());
  TRY_ASSIGN(std::string resolvers,
             live ? std::string() : keep_resolvers(spec.head.address.address));
  TRY_ASSIGN(const std::string interface, cluster_interface(runner, spec));
  std::println("muster: the cluster's network card is {}", interface);
  TRY(set_address(runner, interface, spec.head.address));
  TRY_ASSIGN(const bool wire_seen, has_carrier(runner, interface));
  std::optional<std::string> other;
  if (wire_seen) {
    TRY_ASSIGN(other, look_for_dhcp(runner, interface));
  } else {
    std::println("muster: no cable at {}; staying silent until there is one", interface);
  }
  if (other) std::println("muster: a DHCP server answers already at {}; staying silent", *other);
  TRY_ASSIGN(const std::string mounts, os::read_file("/proc/self/mountinfo"));
  std::vector<std::string> kept = spec::shared_mounts(spec);
  std::erase_if(kept, [&](const std::string& mount) { return !head::is_kept(mount, mounts); });
  return os::write_file(head::kFacts, head::render_facts({.interface = interface,
                                                          .live = live,
                                                          .medium = medium_path(),
                                                          .other_dhcp = other,
                                                          .wire_seen = wire_seen,
                                                          .kept = std::move(kept),
                                                          .resolvers = std::move(resolvers)}));
}

}  // namespace muster::helper
