#include "control/health.h"

#include <algorithm>
#include <filesystem>
#include <format>
#include <span>

#include <nlohmann/json.hpp>

#include "control/disk_health.h"
#include "control/loans.h"
#include "control/node_health.h"
#include "control/scheduler.h"
#include "core/base/text.h"
#include "core/json/json.h"
#include "core/os/file_system.h"
#include "core/os/files.h"
#include "head/observed.h"
#include "head/other_dhcp_server.h"
#include "storage/volumes.h"

namespace muster::control {
namespace {

using provisioning::DhcpMode;

/// An answer with systemd's older words is better than one that comes late.
constexpr std::chrono::milliseconds kPatience{1000};

head::Observed read_observed() {
  const auto text = os::read_file(head::kObserved);
  return text ? head::parse_observed(*text).value_or(head::Observed{}) : head::Observed{};
}

void add_plan_problems(Cluster& cluster, std::vector<Problem>& problems) {
  const auto text = os::read_file(cluster.settings().report);
  if (!text) {
    problems.push_back({"the head's plan was not applied yet",
                        "wait a moment; then look at 'journalctl -u muster-apply'"});
    return;
  }
  const auto report = nlohmann::json::parse(*text, nullptr, false);
  if (!report.is_object()) return;
  const auto steps = report.find("steps");
  if (steps == report.end() || !steps->is_array()) return;
  for (const auto& step : *steps) {
    const std::string outcome = muster::json::text_of(step, "outcome");
    if (outcome != "failed" && outcome != "kept") continue;
    const std::string origin = muster::json::text_of(step, "origin");
    problems.push_back(
        {std::format("{}{}{}: {}", origin, origin.empty() ? "" : ": ",
                     muster::json::text_of(step, "step"), muster::json::text_of(step, "reason")),
         outcome == "failed"
             ? "'journalctl -u muster-apply' has the details; it is tried again within a minute"
             : "the head keeps it for now, and tries again every few minutes"});
  }
}

/// A plan that waits for the helper; what failed in one that was applied is told above.
void add_delay(Cluster& cluster, std::vector<Problem>& problems) {
  const auto delay = cluster.publisher().delay();
  if (!delay) return;
  problems.push_back({std::format("the head has not applied its newest plan: {}", *delay),
                      "'journalctl -u musterd -u muster-apply' says more"});
}

/// Nothing that the authority signs is believed before or after its time.
void add_authority(Cluster& cluster, std::vector<Problem>& problems) {
  if (const Status valid = cluster.keys().authority().check_time(); !valid) {
    problems.push_back({valid.error().message, valid.error().hint});
  }
}

void add_service_problems(const std::vector<ServiceState>& services,
                          std::vector<Problem>& problems) {
  for (const ServiceState& service : services) {
    if (service.state == "active") continue;
    problems.push_back({std::format("{} is {}", service.unit, service.state),
                        std::format("'journalctl -u {}' says why", service.unit)});
  }
}

void add_node_problems(Cluster& cluster, std::span<const provisioning::Node> nodes,
                       std::vector<Problem>& problems) {
  const auto add = [&](std::vector<Problem> found) {
    problems.insert(problems.end(), found.begin(), found.end());
  };
  add(kept_out_machines(nodes));
  add(failed_nodes(nodes));
  add(nodes_without_profile(nodes, cluster.boots()));
  add(taken_out_nodes(nodes, read_scheduler(), cluster.now_ms()));
  add(cards_without_driver(nodes, cluster.boots(), cluster.spec().firmware));
  // Another server gives the addresses, and gives what it wants.
  if (cluster.dhcp().mode() != DhcpMode::proxy) {
    add(strayed_nodes(nodes, cluster.spec().nodes.addresses));
  }
}

/// What the head has and machines cannot boot.
void add_lost_profiles(Cluster& cluster, std::vector<Problem>& problems) {
  const provisioning::Boots& boots = cluster.boots();
  for (const auto& [name, why] : boots.unbootable()) {
    const std::string effect =
        boots.empty() ? "machines wait" : std::format("its nodes boot as '{}'", boots.first());
    problems.push_back({std::format("{}; {}", why.message, effect), why.hint});
  }
  const provisioning::Catalogue images = cluster.read_images();
  for (const Error& problem : images.problems) {
    problems.push_back({problem.message, problem.hint});
  }
  for (const spec::Profile& profile : cluster.spec().profiles) {
    if (!boots.knows(profile.name)) continue;
    const std::string booted = provisioning::short_reference(boots.reference_of(profile.name));
    const provisioning::KeptImage* const now = images.find_by_name(profile.image);
    if (now == nullptr) {
      problems.push_back({std::format("image {} is no longer there, and profile '{}' boots it",
                                      booted, profile.name),
                          "mount the ISO, then 'systemctl restart musterd'"});
    } else if (now->reference() != boots.reference_of(profile.name)) {
      problems.push_back(
          {std::format("profile '{}' boots image {}, and shall boot {}", profile.name, booted,
                       provisioning::short_reference(now->reference())),
           "'systemctl restart musterd' makes it boot that one"});
    }
  }
  if (const auto& microcode = boots.catalogue().microcode; !microcode) {
    problems.push_back(
        {std::format("machines start without microcode: {}", microcode.error().message),
         "build the ISO again, and boot the head from it"});
  }
}

/// People whose entries cannot be read, and whom cluster.yaml names and the cluster cannot have.
void add_refused_users(Cluster& cluster, std::vector<Problem>& problems) {
  for (const Error& damaged : cluster.people().damaged()) {
    problems.push_back({damaged.message, damaged.hint});
  }
  for (const Error& refused : cluster.people().refused()) {
    problems.push_back({refused.message, refused.hint});
  }
}

/// What cluster.yaml names and is not there in that version.
void add_missing_extensions(Cluster& cluster, const std::vector<Extensions::State>& states,
                            std::vector<Problem>& problems) {
  for (const spec::Extension& wanted : cluster.spec().extensions) {
    const bool is_there = std::ranges::any_of(states, [&](const Extensions::State& state) {
      const extensions::Grant& grant = state.extension.grant;
      return grant.name == wanted.name && wanted.is_met_by(to_string(grant.version));
    });
    if (is_there) continue;
    problems.push_back(
        {std::format("extension {} of cluster.yaml is not installed", spec::describe(wanted)),
         "'systemctl status muster-extensions' says why; 'muster ext install' "
         "installs a package"});
  }
}

/// What cluster.yaml chooses of settings and an extension has otherwise.
void add_other_settings(Cluster& cluster, const std::vector<Extensions::State>& states,
                        std::vector<Problem>& problems) {
  for (const spec::Extension& wanted : cluster.spec().extensions) {
    const auto state = std::ranges::find(states, wanted.name, [](const Extensions::State& each) {
      return each.extension.grant.name;
    });
    if (state == states.end() || state->is_damaged) continue;
    const extensions::Specification& own = state->extension.specification;
    const auto choices = extensions::parse_choices(own, wanted.settings);
    if (!choices) {
      problems.push_back({choices.error().message, "change its settings in cluster.yaml"});
      continue;
    }
    for (const extensions::Setting& setting : own.settings) {
      const auto choice = choices->find(setting.name);
      if (choice == choices->end()) continue;
      if (value_of(setting, state->settings.choices) == choice->second) continue;
      problems.push_back({std::format("extension '{}' has another '{}' than cluster.yaml chooses",
                                      wanted.name, setting.name),
                          "'systemctl restart muster-extensions' sets it"});
    }
  }
}

void add_extensions(Cluster& cluster, std::vector<Problem>& problems) {
  const auto states = cluster.extensions().states();
  add_missing_extensions(cluster, states, problems);
  add_other_settings(cluster, states, problems);
  for (Problem& problem : cluster.extensions().problems()) {
    problems.push_back(std::move(problem));
  }
  for (Problem& problem : cluster.extension_work().problems()) {
    problems.push_back(std::move(problem));
  }
}

void add_refused_nodes(Cluster& cluster, std::vector<Problem>& problems) {
  for (const Error& refused : cluster.publisher().refused_nodes()) {
    problems.push_back({"no job can run on a node: " + refused.message, refused.hint});
  }
  if (const auto small = cluster.publisher().small_nodes())
    problems.push_back({small->message, small->hint});
}

/// Two servers on one network: an earlier decision holds, and another server answered since.
void add_second_server(Cluster& cluster, std::vector<Problem>& problems) {
  const auto other = cluster.dhcp().unnoticed_server();
  if (!other) return;
  problems.push_back(
      {std::format("a DHCP server at {} answered when this head started, and this head serves, too",
                   *other),
       "switch it off and run 'muster dhcp take', or share the network with 'muster dhcp proxy'"});
}

/// Why nobody is given an address.
void add_silence(Cluster& cluster, std::vector<Problem>& problems) {
  if (cluster.dhcp().mode() != DhcpMode::silent) return;
  const head::Facts& facts = cluster.facts();
  if (!facts.other_dhcp) {
    problems.push_back(
        {std::format(
             "no cable at {}; Muster stays silent until it has looked for other DHCP servers",
             facts.interface),
         "plug it in; 'muster dhcp take' starts DHCP without looking for another server"});
    return;
  }
  problems.push_back(
      {std::format("a DHCP server at {} answers on {}; Muster stays silent", *facts.other_dhcp,
                   facts.interface),
       "switch it off and run 'muster dhcp take', or share the network with 'muster dhcp proxy'"});
}

/// A server that came after this head began to serve its nodes. It silences nobody, and machines
/// may get addresses from it.
void add_later_server(Cluster& cluster, std::vector<Problem>& problems) {
  if (cluster.dhcp().mode() != DhcpMode::serve || cluster.dhcp().unnoticed_server()) return;
  const auto text = os::read_file(head::kOtherDhcpServer);
  const auto server = text ? head::parse_other_dhcp_server(*text) : std::nullopt;
  if (!server || !server->address) return;
  problems.push_back(
      {std::format("a DHCP server at {} answers on {} since this head serves it: machines may get "
                   "wrong addresses and not boot",
                   *server->address, cluster.facts().interface),
       "find and unplug it: a router, a virtual machine, or a second head on the nodes' switch"});
}

/// A head that runs with another card than its specification names.
void add_other_card(Cluster& cluster, std::vector<Problem>& problems) {
  const std::string& trouble = cluster.facts().interface_trouble;
  if (trouble.empty()) return;
  problems.push_back({trouble,
                      "'ip link' shows the cards; write the right one into head.interface in "
                      "cluster.yaml"});
}

/// The network to the site, when one is wanted and there is none.
void add_site_problems(Cluster& cluster, std::vector<Problem>& problems) {
  const head::Facts& facts = cluster.facts();
  if (!facts.external_trouble.empty()) {
    problems.push_back({facts.external_trouble,
                        "set head.external.interface in cluster.yaml; 'none' is for a head "
                        "without such a network"});
  }
  const auto site = read_site(cluster);
  if (!site) return;
  if (!site->carrier) {
    problems.push_back({std::format("no cable at {}, which leads to the site", site->link),
                        "plug it in, or write head.external: {interface: none} in cluster.yaml"});
  } else if (site->address.empty()) {
    problems.push_back({std::format("the site's network gave {} no address", site->link),
                        "ask who runs its DHCP server, or set head.external.address"});
  }
}

/// File systems of the head that nodes do not see, although they see what lies around.
void add_unshared(std::vector<Problem>& problems) {
  for (const Mount& mount : read_observed().unshared) {
    problems.push_back(
        {std::format(
             "nodes do not see '{}', a file system of type '{}' that NFS cannot share; what "
             "jobs write there lies below it on the head",
             printable(mount.directory), printable(mount.type)),
         "mount it outside of /home and the volumes, or move its files to a disk of this head"});
  }
}

/// What somebody else changes on the head or on nodes, again and again.
void add_drift(Cluster& cluster, std::span<const provisioning::Node> nodes,
               std::vector<Problem>& problems) {
  for (Problem& problem : read_drift(cluster).problems(cluster.now_ms())) {
    problems.push_back(std::move(problem));
  }
  for (Problem& problem : drifting_nodes(nodes)) {
    problems.push_back(std::move(problem));
  }
}

/// A machine that gets no address cannot even say that it is there.
void add_short_loans(Cluster& cluster, std::vector<Problem>& problems) {
  if (cluster.dhcp().mode() != DhcpMode::serve) return;
  const auto text = os::read_file(cluster.settings().leases);
  if (!text) return;
  std::set<MacAddress> booting;
  cluster.registry().each([&](const provisioning::Node& node) {
    booting.insert(node.hardware.macs.begin(), node.hardware.macs.end());
  });
  for (Problem& problem :
       short_loans(parse_leases(*text), cluster.spec().nodes.unknown_addresses, booting)) {
    problems.push_back(std::move(problem));
  }
}

/// What an earlier version's state disk does not keep.
void add_unkept_places(Cluster& cluster, std::vector<Problem>& problems) {
  for (const std::string& place : cluster.facts().unkept) {
    problems.push_back(
        {std::format("'{}' is not on this head's state disk, which an earlier version "
                     "made: what is written there is lost at its next start",
                     place),
         "'muster head keep' adds it, while extensions that keep something are disabled; "
         "then restart the head"});
  }
}

void add_volumes(Cluster& cluster, std::vector<Problem>& problems) {
  for (const Error& problem :
       storage::health(cluster.spec(), plans::storage_facts(cluster.facts()))) {
    problems.push_back({problem.message, problem.hint});
  }
}

}  // namespace

Drift read_drift(Cluster& cluster) {
  Drift drift = cluster.publisher().drift();
  for (const head::PutRight& each : read_observed().put_right) drift.note(each.what, each.time_ms);
  return drift;
}

std::optional<head::ExternalState> read_site(Cluster& cluster) {
  if (cluster.facts().external.empty()) return std::nullopt;
  const auto text = os::read_file(head::kExternalState);
  auto state = text ? head::parse_written_state(*text) : fail("not written yet");
  return state ? std::optional(std::move(*state)) : std::nullopt;
}

std::vector<Problem> read_disk_problems(Cluster& cluster) {
  const std::filesystem::path& state = cluster.settings().state;
  const auto disk = os::read_file_system(state);
  const auto unsaved = cluster.unsaved();
  return disk_problems({.directory = state.string(),
                        .file_system = disk ? std::optional(*disk) : std::nullopt,
                        .store_trouble = cluster.store().trouble(),
                        .failures = unsaved,
                        .lost = cluster.lost()});
}

Health read_health(Cluster& cluster, ServiceWatch& services) {
  Health health{.services = services.states(kPatience), .problems = read_disk_problems(cluster)};
  add_silence(cluster, health.problems);
  add_second_server(cluster, health.problems);
  add_later_server(cluster, health.problems);
  add_other_card(cluster, health.problems);
  add_site_problems(cluster, health.problems);
  add_authority(cluster, health.problems);
  add_plan_problems(cluster, health.problems);
  add_delay(cluster, health.problems);
  add_service_problems(health.services, health.problems);
  const auto nodes = cluster.registry().nodes();
  add_node_problems(cluster, nodes, health.problems);
  add_drift(cluster, nodes, health.problems);
  add_unshared(health.problems);
  add_short_loans(cluster, health.problems);
  add_lost_profiles(cluster, health.problems);
  add_refused_users(cluster, health.problems);
  add_extensions(cluster, health.problems);
  add_volumes(cluster, health.problems);
  add_unkept_places(cluster, health.problems);
  add_refused_nodes(cluster, health.problems);
  return health;
}

}  // namespace muster::control
