#include "helper/prepare.h"

#include <filesystem>
#include <format>
#include <print>

#include "core/base/text.h"
#include "core/os/files.h"
#include "core/spec/volumes.h"
#include "head/cards.h"
#include "head/choose.h"
#include "head/facts.h"
#include "head/former_settings.h"
#include "head/installed.h"
#include "head/keep.h"
#include "head/networks.h"
#include "head/site.h"
#include "head/state_places.h"
#include "helper/extension_hosts.h"
#include "helper/login.h"
#include "hpc/ssh_access.h"

namespace muster::helper {
namespace {

using head::close_networks;
using head::decide_networks;
using head::has_carrier;
using head::keep_resolvers;
using head::keep_settings;
using head::look_for_dhcp;
using head::set_networks;
using head::site_link;
using head::SiteView;

namespace fs = std::filesystem;
using hpc::kRootKey;

Status make_root_key(os::CommandRunner& runner) {
  TRY(os::remove_tree(kRootKey));
  TRY(os::make_directory(fs::path(kRootKey).parent_path(), {.mode = 0700}));
  TRY(run_checked(runner, {.argv = {"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C",
                                    "root of the head", "-f", kRootKey}}));
  return {};
}

/// The key by which root of this head logs in to nodes; made once. Its public part.
Result<std::string> root_key(os::CommandRunner& runner) {
  const os::Command show = {.argv = {"ssh-keygen", "-y", "-f", kRootKey}};
  // A power cut may have left half a key.
  auto shown = fs::exists(kRootKey) ? run_checked(runner, show) : fail("there is no key yet");
  if (!shown) {
    TRY(make_root_key(runner));
    TRY_ASSIGN(shown, run_checked(runner, show));
  }
  return std::string(trim(*shown));
}

/// The public key of this head's SSH server; empty when it has none of the kind.
std::string host_key() {
  const auto text = os::read_file("/etc/ssh/ssh_host_ed25519_key.pub");
  return text ? std::string(trim(*text)) : std::string();
}

/// A head that has a state disk and starts without it would be another cluster's, and its nodes
/// would be told so.
Status check_state_disk() {
  if (!fs::exists(head::kStateTrouble)) return {};
  TRY_ASSIGN(const std::string why, os::read_file(head::kStateTrouble));
  return fail(std::format("this head does not start without its state: {}", trim(why)));
}

/// Where the medium is: live-boot's mount, else the copy that an installed head keeps.
std::string medium_path() {
  const bool has_images = fs::exists(fs::path(head::kLiveMedium) / "muster");
  return has_images ? head::kLiveMedium : "/var/lib/muster/medium";
}

}  // namespace

Status prepare(os::CommandRunner& runner) {
  TRY_ASSIGN(const spec::ClusterSpec spec, head::read_installed_spec());
  const bool live = head::is_live();
  TRY(check_state_disk());
  // An installed head has its owner's accounts already; a live one has nobody's.
  if (live) TRY(set_login(runner, spec));
  if (!live) TRY(keep_settings());
  TRY_ASSIGN(std::string resolvers,
             live ? std::string() : keep_resolvers(spec.head.address.address));
  const auto system = live ? head::System::live : head::System::own;
  TRY_ASSIGN(const head::Networks networks, decide_networks(runner, spec, system));
  const std::string& interface = *networks.cluster;
  std::println("muster: {} leads to the nodes, {} to the site", interface,
               networks.external.value_or("no card"));
  const SiteView view{.spec = spec, .networks = networks, .system = system};
  TRY(set_networks(runner, view));
  const std::string external = site_link(view);
  if (live && !external.empty()) resolvers = head::kExternalResolvers;
  TRY_ASSIGN(std::string key, root_key(runner));
  TRY_ASSIGN(const bool has_carrier_now, has_carrier(runner, interface));
  std::optional<std::string> other;
  if (has_carrier_now) {
    TRY_ASSIGN(other, look_for_dhcp(runner, interface, spec.head.address.address));
  } else {
    std::println("muster: no cable at {}; staying silent until there is one", interface);
  }
  if (other) std::println("muster: a DHCP server answers already at {}; staying silent", *other);
  start_extensions(runner);
  TRY_ASSIGN(const std::string mounts, os::read_file("/proc/self/mountinfo"));
  std::vector<std::string> kept = spec::shared_mounts(spec);
  std::erase_if(kept, [&](const std::string& mount) { return !head::is_kept(mount, mounts); });
  return os::write_file(head::kFacts,
                        head::render_facts({.interface = interface,
                                            .interface_trouble = networks.cluster_trouble,
                                            .live = live,
                                            .medium = medium_path(),
                                            .other_dhcp = other,
                                            .has_seen_network = has_carrier_now,
                                            .kept = std::move(kept),
                                            .unkept = live ? head::find_unkept_places(mounts)
                                                           : std::vector<std::string>(),
                                            .resolvers = std::move(resolvers),
                                            .external = external,
                                            .external_trouble = networks.external_trouble,
                                            .root_key = std::move(key),
                                            .host_key = host_key()}));
}

Status close_head(os::CommandRunner& runner) {
  // Without facts nothing was set up.
  if (!fs::exists(head::kFacts)) return {};
  TRY_ASSIGN(const head::Facts facts, head::read_facts());
  return close_networks(runner, facts);
}

}  // namespace muster::helper
