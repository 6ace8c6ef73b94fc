#include "head/cards.h"

#include <algorithm>
#include <array>
#include <format>
#include <print>

#include "core/base/text.h"
#include "core/os/link_watch.h"
#include "core/os/wait.h"
#include "head/facts.h"

namespace muster::head {
namespace {

/// Copper needs three seconds to agree on a speed, some cards more.
constexpr auto kLinkTime = std::chrono::seconds(8);

bool all_carry(const std::vector<Interface>& links, std::span<const std::string> cards) {
  return std::ranges::all_of(cards, [&](const std::string& card) {
    const auto link = std::ranges::find(links, card, &Interface::name);
    return link != links.end() && link->carrier;
  });
}

}  // namespace

Result<std::vector<Interface>> read_links(os::CommandRunner& runner) {
  TRY_ASSIGN(const std::string links,
             run_checked(runner, {.argv = {"ip", "-json", "-details", "link"}}));
  TRY_ASSIGN(const std::string routes, run_checked(runner, {.argv = {"ip", "-json", "route"}}));
  return parse_interfaces(links, routes);
}

Result<bool> has_carrier(os::CommandRunner& runner, const std::string& interface) {
  TRY_ASSIGN(const auto links, read_links(runner));
  return all_carry(links, std::array{interface});
}

Result<std::optional<std::string>> look_for_dhcp(os::CommandRunner& runner,
                                                 const std::string& interface,
                                                 std::optional<Ipv4Address> own) {
  std::vector<std::string> argv = {"dhcpcd",     "--config",  "/dev/null", "--test", "--ipv4only",
                                   "--noipv4ll", "--oneshot", "--timeout", "6"};
  if (own) argv.insert(argv.end(), {"--blacklist", to_string(*own)});
  argv.push_back(interface);
  TRY_ASSIGN(const os::CommandResult result,
             runner.run({.argv = std::move(argv), .timeout = std::chrono::seconds(30)}));
  const std::string said = result.out + result.err;
  auto server = find_dhcp_server(said);
  // It ends with 1 in any case. Only these words say that it asked and that nobody answered.
  if (!server && !said.contains("timed out")) {
    return fail(std::format("dhcpcd could not look for other DHCP servers on '{}': {}", interface,
                            printable(trim(said), 300)),
                "without that look this head gives no addresses");
  }
  return server;
}

Status bring_up(os::CommandRunner& runner, std::span<const std::string> cards) {
  TRY_ASSIGN(os::LinkWatch watch, os::LinkWatch::open());
  for (const std::string& card : cards) {
    TRY(run_checked(runner, {.argv = {"ip", "link", "set", "dev", card, "up"}}));
  }
  const os::Deadline deadline = os::in(kLinkTime);
  while (true) {
    watch.drain();
    TRY_ASSIGN(const auto links, read_links(runner));
    if (all_carry(links, cards)) return {};
    TRY_ASSIGN(const auto ready, os::wait_readable(std::array{watch.descriptor()}, deadline));
    if (ready.empty()) return {};
  }
}

void ask_all(os::CommandRunner& runner, std::span<const std::string> cards,
             std::span<Interface> links) {
  // One after another: a second dhcpcd would find the first one's lock.
  for (Interface& link : links) {
    if (!link.carrier || !std::ranges::contains(cards, link.name)) continue;
    auto server = look_for_dhcp(runner, link.name);
    if (server) {
      link.dhcp_server = std::move(*server);
    } else {
      std::println("muster: {}", server.error().text());
    }
  }
}

}  // namespace muster::head
