#include "head/firewall.h"

#include <format>
#include <vector>

#include "core/base/text.h"

namespace muster::head {
namespace {

/// A table that is deleted must be there.
constexpr std::string_view kReplace = "table inet muster\ndelete table inet muster\n";

std::string open_rule(const spec::OpenPort& port) {
  const bool tcp = port.protocol == spec::OpenPort::Protocol::tcp;
  const std::string ports = port.first == port.last ? std::to_string(port.first)
                                                    : std::format("{}-{}", port.first, port.last);
  return std::format("    {} dport {} accept\n", tcp ? "tcp" : "udp", ports);
}

/// What the site may reach on the head itself: never its address on the nodes' network, which a
/// neighbour could address through the wrong card.
std::string input_chain(const FirewallView& view) {
  const auto& head = view.spec.head.address;
  std::string text = std::format(
      "  chain input {{\n"
      "    type filter hook input priority filter; policy accept;\n"
      "    iifname != \"{0}\" accept\n"
      "    ip daddr {1}/{2} drop\n"
      "    ip saddr {1}/{2} drop\n",
      view.external, to_string(head.network()), head.prefix);
  if (!view.filters) return text + "  }\n";
  text +=
      "    ct state established,related accept\n"
      "    ct state invalid drop\n"
      "    meta l4proto icmp limit rate 50/second accept\n"
      // An answer to the head's own DHCP client.
      "    udp sport 67 udp dport 68 accept\n";
  for (const spec::OpenPort& port : view.spec.head.external.open) text += open_rule(port);
  return text + "    counter drop\n  }\n";
}

/// What the head passes on. A machine that passed packets on before keeps doing so for others.
std::string forward_chain(const FirewallView& view, spec::Route route) {
  const std::string& external = view.external;
  const std::string& cluster = view.cluster;
  const std::string nodes = to_string(view.spec.nodes.addresses);
  std::string text =
      "  chain forward {\n    type filter hook forward priority filter; policy accept;\n";
  if (route != spec::Route::none) {
    text += std::format("    iifname \"{}\" oifname \"{}\" ip saddr {} accept\n", cluster, external,
                        nodes);
    const std::string_view which =
        route == spec::Route::nat ? "ct state established,related" : "ip daddr";
    text += std::format("    iifname \"{}\" oifname \"{}\" {}{} accept\n", external, cluster, which,
                        route == spec::Route::nat ? "" : " " + nodes);
  }
  if (view.before == Forwarding::on) {
    text += std::format(
        "    oifname \"{0}\" iifname \"{1}\" drop\n    oifname \"{1}\" iifname \"{0}\" drop\n",
        cluster, external);
  } else {
    text += std::format("    iifname {{ \"{}\", \"{}\" }} drop\n", cluster, external);
  }
  return text + "  }\n";
}

std::string nat_chain(const FirewallView& view) {
  return std::format(
      "  chain postrouting {{\n"
      "    type nat hook postrouting priority srcnat; policy accept;\n"
      "    ip saddr {} oifname \"{}\" masquerade\n"
      "  }}\n",
      to_string(view.spec.nodes.addresses), view.external);
}

}  // namespace

spec::Route route_of(const spec::ClusterSpec& spec, const std::string& external) {
  if (external.empty()) return spec::Route::none;
  return spec.nodes.route == spec::Route::automatic ? spec::Route::nat : spec.nodes.route;
}

std::string render_no_firewall() { return std::string(kReplace); }

std::string render_firewall(const FirewallView& view) {
  if (view.external.empty()) return render_no_firewall();
  const spec::Route route = route_of(view.spec, view.external);
  std::string text = std::string(kReplace) + "table inet muster {\n" + input_chain(view);
  text += forward_chain(view, route);
  if (route == spec::Route::nat) text += nat_chain(view);
  return text + "}\n";
}

}  // namespace muster::head
