#pragma once
// Who reaches which machine of the cluster by SSH, as files of OpenSSH and PAM. Hosts prove
// themselves by certificates of the cluster's authority, so nobody is asked about a host key. On a
// node a user is believed on the word of the machine that they come from (hostbased
// authentication, RFC 4252 §9), and let in where a job of theirs runs. No secret lies in a home
// directory. Pure rendering.

#include <optional>
#include <string>
#include <string_view>

#include "core/base/units.h"
#include "core/plan/owns.h"
#include "core/plan/plan.h"

namespace muster::hpc {

/// A file for each user, of the public keys that let them in. The directory is root's: a file that
/// root writes below a user's own directory could be turned by that user, with a link, into any
/// file of the system.
inline constexpr std::string_view kKeyDirectory = "/etc/muster/ssh-keys";
inline constexpr const char* kSshServerSettings = "/etc/ssh/sshd_config.d/50-muster-keys.conf";
inline constexpr const char* kSshClientSettings = "/etc/ssh/ssh_config.d/50-muster.conf";
/// ssh(1) and sshd(8) read it beside ssh_known_hosts, which is the owner's.
inline constexpr const char* kKnownHosts = "/etc/ssh/ssh_known_hosts2";
inline constexpr const char* kHostCertificate = "/etc/ssh/ssh_host_ed25519_key-cert.pub";
inline constexpr const char* kSshServer = "ssh.service";
/// The private key of the head's root, by which nodes let it in.
inline constexpr const char* kRootKey = "/var/lib/muster-head/id_ed25519";

struct SshFacts {
  /// The cluster's name, which is its domain.
  std::string cluster;
  /// The head's address and with its prefix the network.
  Ipv4Interface head;
  /// The authority's public key: "ssh-ed25519 AAAA…".
  std::string authority;
};

/// "ada" of "/etc/muster/ssh-keys/ada"; empty of a path elsewhere.
std::string owner_of_keys(std::string_view path);

/// Lines of sshd(8)'s list of known hosts that believe the authority about names of the cluster and
/// about no other.
std::string render_known_hosts(const SshFacts& facts);

/// What every machine has: whom it believes, and how its ssh(1) proves itself. `root_key`: on the
/// head, the key that its root shows to nodes.
plan::Plan plan_ssh_client(const SshFacts& facts, const std::string& root_key = {});

/// The head's server: people's keys, and its certificate.
plan::Plan plan_head_ssh(const std::string& certificate);

/// What the steps of ssh on the head are about.
plan::Owns owns_of_ssh();

/// A node's server: people's keys, users who come from a machine of the cluster, and nobody
/// without a job but root.
plan::Plan plan_node_ssh();

/// The line by which a node lets the head's root in; empty without a key.
std::string render_root_access(Ipv4Address head, const std::string& root_key);

/// The authority's public key in a list of known hosts that render_known_hosts made; none when the
/// list begins otherwise.
std::optional<std::string> find_authority(std::string_view known_hosts);

/// Whether a text is one host certificate and nothing else.
bool is_host_certificate(std::string_view text);

}  // namespace muster::hpc
