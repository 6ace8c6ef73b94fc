#include "head/site.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <format>
#include <print>

#include "core/base/text.h"
#include "core/os/files.h"
#include "core/os/link_watch.h"
#include "core/os/wait.h"
#include "head/firewall.h"

namespace muster::head {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNetworks = "/run/systemd/network";
constexpr const char* kClusterNetwork = "10-muster-cluster.network";
constexpr const char* kTimeSources = "/run/chrony-dhcp/muster.sources";
/// networkd makes a bond or a VLAN within moments.
constexpr auto kLinkAppears = std::chrono::seconds(20);

/// Files of ours in networkd's directory that an earlier start wrote and this one does not want.
Status drop_others(const std::map<std::string, std::string>& wanted) {
  TRY_ASSIGN(const auto names, os::list_directory(kNetworks));
  for (const std::string& name : names) {
    const bool ours = name.contains("-muster-") && name != kClusterNetwork;
    if (ours && !wanted.contains(name)) TRY(os::remove_tree(fs::path(kNetworks) / name));
  }
  return {};
}

fs::path forwarding_of(const std::string& link) {
  return fs::path("/proc/sys/net/ipv4/conf") / link / "forwarding";
}

Status wait_for_link(const std::string& link) {
  TRY_ASSIGN(os::LinkWatch watch, os::LinkWatch::open());
  const os::Deadline deadline = os::in(kLinkAppears);
  while (!fs::exists(forwarding_of(link))) {
    TRY_ASSIGN(const auto ready, os::wait_readable(std::array{watch.descriptor()}, deadline));
    if (ready.empty()) {
      return fail(std::format("the link '{}' did not appear", link),
                  "'networkctl' shows the links; check head.external in cluster.yaml");
    }
    watch.drain();
  }
  return {};
}

/// What the kernel reads is no file that could be put in the place of another.
Status write_setting(const fs::path& path, const std::string& value) {
  return os::append_file(path, value + "\n");
}

Result<Forwarding> read_forwarding() {
  TRY_ASSIGN(const std::string text, os::read_file("/proc/sys/net/ipv4/ip_forward"));
  return trim(text) == "1" ? Forwarding::on : Forwarding::off;
}

bool filters(const spec::ClusterSpec& spec, System system) {
  const spec::Firewall wanted = spec.head.external.firewall;
  return wanted == spec::Firewall::on ||
         (wanted == spec::Firewall::automatic && system == System::live);
}

/// chrony reads the servers again; one that does not run yet reads them when it starts.
Status tell_chrony(os::CommandRunner& runner, const ExternalState& state) {
  TRY(os::make_directory(fs::path(kTimeSources).parent_path()));
  TRY(os::write_file(kTimeSources, render_time_sources(state)));
  TRY_ASSIGN(const os::CommandResult told, runner.run({.argv = {"chronyc", "reload", "sources"}}));
  if (told.status != 0) std::println("muster: chrony reads its servers when it starts");
  return {};
}

Status set_addresses(os::CommandRunner& runner, const SiteView& view) {
  const spec::Head& head = view.spec.head;
  const bool live = view.system == System::live;
  const std::string site = live ? view.networks.external.value_or("") : "";
  const std::string& cluster = *view.networks.cluster;
  const auto files = render_external_network(head.external, site, cluster);
  TRY(os::make_directory(kNetworks));
  TRY(drop_others(files));
  TRY(os::write_file(fs::path(kNetworks) / kClusterNetwork,
                     render_cluster_network(head, cluster, site)));
  for (const auto& [name, text] : files) TRY(os::write_file(fs::path(kNetworks) / name, text));
  TRY(run_checked(runner, {.argv = {"networkctl", "reload"}}));
  // The address must be there before daemons listen on it; a cable may still be missing.
  TRY(run_checked(runner, {.argv = {"/usr/lib/systemd/systemd-networkd-wait-online", "--interface",
                                    cluster + ":no-carrier", "--timeout=60"}}));
  return {};
}

/// Loads the rules; other tables stay as these are.
Status load_rules(os::CommandRunner& runner) {
  TRY(run_checked(runner, {.argv = {"nft", "--file", kFirewallRules}}));
  return {};
}

Status set_firewall(os::CommandRunner& runner, const SiteView& view, Forwarding before) {
  TRY(os::write_file(kFirewallRules, render_firewall({.spec = view.spec,
                                                      .cluster = *view.networks.cluster,
                                                      .external = site_link(view),
                                                      .filters = filters(view.spec, view.system),
                                                      .before = before})));
  return load_rules(runner);
}

Status set_forwarding(const SiteView& view) {
  const std::string link = site_link(view);
  if (link.empty()) return {};
  const bool passes = route_of(view.spec, link) != spec::Route::none;
  for (const std::string& each : {*view.networks.cluster, link}) {
    TRY(wait_for_link(each));
    TRY(write_setting(forwarding_of(each), passes ? "1" : "0"));
  }
  return {};
}

}  // namespace

std::string site_link(const SiteView& view) {
  return view.networks.external ? external_link(view.spec.head.external, *view.networks.external)
                                : std::string();
}

Status set_networks(os::CommandRunner& runner, const SiteView& view) {
  TRY_ASSIGN(const Forwarding before, read_forwarding());
  TRY(set_firewall(runner, view, before));
  TRY(set_addresses(runner, view));
  // A machine that passes packets on between all its networks does so here, too.
  return before == Forwarding::on ? Status() : set_forwarding(view);
}

Result<bool> restore_forwarding(const spec::ClusterSpec& spec, const Facts& facts) {
  if (route_of(spec, facts.external) == spec::Route::none) return false;
  TRY_ASSIGN(const Forwarding everywhere, read_forwarding());
  if (everywhere == Forwarding::on) return false;
  bool restored = false;
  for (const std::string& link : {facts.interface, facts.external}) {
    // A link that is gone has no setting; it is told elsewhere.
    const auto now = os::read_file(forwarding_of(link));
    if (!now || trim(*now) == "1") continue;
    TRY(write_setting(forwarding_of(link), "1"));
    restored = true;
  }
  return restored;
}

Status close_networks(os::CommandRunner& runner, const Facts& facts) {
  if (facts.live) return {};
  TRY(os::write_file(kFirewallRules, render_no_firewall()));
  TRY(load_rules(runner));
  TRY_ASSIGN(const Forwarding everywhere, read_forwarding());
  if (facts.external.empty() || everywhere == Forwarding::on) return {};
  for (const std::string& link : {facts.interface, facts.external}) {
    if (fs::exists(forwarding_of(link))) TRY(write_setting(forwarding_of(link), "0"));
  }
  return {};
}

Result<ExternalState> refresh_site(os::CommandRunner& runner, const spec::External& wanted,
                                   const Facts& facts, const ExternalState& before) {
  TRY_ASSIGN(
      const std::string said,
      run_checked(runner, {.argv = {"networkctl", "--json=short", "status", facts.external}}));
  TRY_ASSIGN(const ExternalState now, parse_external_state(said));
  if (now == before) return now;
  TRY(os::write_file(kExternalState, render_external_state(now)));
  if (!facts.live) return now;
  TRY(os::write_file(kExternalResolvers, render_resolvers(wanted, now)));
  TRY(tell_chrony(runner, now));
  return now;
}

}  // namespace muster::head
