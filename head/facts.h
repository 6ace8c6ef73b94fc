#pragma once
// What the privileged helper found out about this head at boot, for the unprivileged daemon:
// /run/muster/head.json.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace muster::head {

/// Where live-boot(7) mounts the medium; nothing is there on an installed head.
inline constexpr const char* kLiveMedium = "/run/live/medium";

/// Whether this machine is a head that runs from its medium.
inline bool is_live() { return std::filesystem::exists(kLiveMedium); }

/// Where the helper writes them; only root may.
inline constexpr const char* kFacts = "/run/muster/head.json";

struct Facts {
  /// The cluster's network card.
  std::string interface;
  /// Why it is another card than cluster.yaml names; empty when it is not.
  std::string interface_trouble = {};
  /// Booted live: the root is gone at power-off, and overlayfs cannot be exported by NFS.
  bool live = false;
  /// Root of the medium with layers and images.
  std::string medium;
  /// The DHCP server that answered on the nodes' network before we did.
  std::optional<std::string> other_dhcp;
  /// Whether somebody could have answered: without a cable nobody can, and the head stays silent
  /// until it has looked again.
  bool has_seen_network = true;
  /// Of /home and the volumes, the directories of a live head that lie on a state disk, which keeps
  /// them over a power cut.
  std::vector<std::string> kept = {};
  /// What this version of Muster keeps on a state disk, and the state disk of this head does not:
  /// an earlier version made it.
  std::vector<std::string> unkept = {};
  /// How large a live head's volumes in memory may become, each, as mount(8)'s tmpfs takes it.
  std::string volume_size = "50%";
  /// A resolv.conf(5) with the name servers for names beyond the cluster: those that this machine
  /// had before it was a head, or those of the site's network. Empty: there are none.
  std::string resolvers = {};
  /// The link that leads to the site; empty: there is none.
  std::string external = {};
  /// Why there is none although cluster.yaml wants one; empty otherwise.
  std::string external_trouble = {};
  /// The public key by which root of this head logs in to nodes.
  std::string root_key = {};
  /// The public Ed25519 key of this head's SSH server; empty: it has none.
  std::string host_key = {};
};

std::string render_facts(const Facts& facts);
Result<Facts> parse_facts(std::string_view json);

/// What the helper found. Errors: it has not been there yet; as parse_facts.
Result<Facts> read_facts(const std::filesystem::path& file = kFacts);

/// Whether a file system on a disk is mounted at a directory, by /proc/self/mountinfo (proc(5)).
bool is_kept(std::string_view directory, std::string_view mountinfo);

/// Whether a resolv.conf(5) names a name server, and `own` is none of them.
bool has_other_resolvers(std::string_view resolv_conf, std::string_view own);

/// The server's address in what `dhcpcd --test` printed; none when nobody answered.
std::optional<std::string> find_dhcp_server(std::string_view output);

}  // namespace muster::head
