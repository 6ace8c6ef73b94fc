#include "apps/helper/wire.h"

#include <algorithm>
#include <format>
#include <print>

#include "core/base/text.h"
#include "core/os/files.h"
#include "provisioning/head/facts.h"
#include "provisioning/head/installed.h"
#include "provisioning/head/interface.h"

namespace muster::helper {
namespace {

/// How long a port of a switch may be deaf after its link is up.
constexpr auto kSpanningTree = std::chrono::seconds(40);

Status tell_daemon(os::CommandRunner& runner, const head::Facts& facts) {
  TRY(os::write_file(head::kFacts, head::render_facts(facts)));
  TRY(run_checked(runner, {.argv = {"systemctl", "try-restart", "musterd.service"}}));
  return {};
}

/// As look_for_dhcp, but for this head's own server.
Result<std::optional<std::string>> look_for_others(os::CommandRunner& runner,
                                                   const std::string& interface) {
  TRY_ASSIGN(const spec::ClusterSpec spec, head::read_installed_spec());
  TRY_ASSIGN(auto server, look_for_dhcp(runner, interface));
  if (server == to_string(spec.head.address.address)) server.reset();
  return server;
}

}  // namespace

Result<bool> has_carrier(os::CommandRunner& runner, const std::string& interface) {
  TRY_ASSIGN(const std::string links,
             run_checked(runner, {.argv = {"ip", "-json", "-details", "link"}}));
  TRY_ASSIGN(const auto cards, head::parse_interfaces(links, "[]"));
  const auto card = std::ranges::find(cards, interface, &head::Interface::name);
  return card != cards.end() && card->carrier;
}

Result<std::optional<std::string>> look_for_dhcp(os::CommandRunner& runner,
                                                 const std::string& interface) {
  TRY_ASSIGN(const os::CommandResult result,
             runner.run({.argv = {"dhcpcd", "--config", "/dev/null", "--test", "--ipv4only",
                                  "--noipv4ll", "--oneshot", "--timeout", "6", interface},
                         .timeout = std::chrono::seconds(30)}));
  const std::string said = result.out + result.err;
  auto server = head::find_dhcp_server(said);
  // It ends with 1 in any case. Only these words say that it asked and that nobody answered.
  if (!server && !said.contains("timed out")) {
    return fail(std::format("dhcpcd could not look for other DHCP servers on '{}': {}", interface,
                            printable(trim(said), 300)),
                "without that look this head gives no addresses");
  }
  return server;
}

Status watch_wire(os::CommandRunner& runner, os::StopSignal& stop) {
  TRY_ASSIGN(const std::string text, os::read_file(head::kFacts));
  TRY_ASSIGN(head::Facts facts, head::parse_facts(text));
  if (facts.other_dhcp) return {};
  if (!facts.wire_seen) {
    TRY(run_checked(runner,
                    {.argv = {"/usr/lib/systemd/systemd-networkd-wait-online", "--interface",
                              facts.interface + ":carrier", "--timeout=0"}}));
    TRY_ASSIGN(facts.other_dhcp, look_for_others(runner, facts.interface));
    facts.wire_seen = true;
    TRY(tell_daemon(runner, facts));
  }
  if (facts.other_dhcp || stop.wait_for(kSpanningTree)) return {};
  TRY_ASSIGN(facts.other_dhcp, look_for_others(runner, facts.interface));
  if (!facts.other_dhcp) return {};
  std::println("muster: a DHCP server answers at {}; staying silent", *facts.other_dhcp);
  return tell_daemon(runner, facts);
}

}  // namespace muster::helper
