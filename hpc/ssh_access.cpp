#include "hpc/ssh_access.h"

#include <format>

#include "core/base/base64.h"
#include "core/base/text.h"

namespace muster::hpc {
namespace {

using plan::WriteFile;

/// PAM's settings for SSH on nodes (sshd_config(5), PAMServiceName): Debian's, and Slurm's rule.
constexpr const char* kPamService = "muster-sshd";
constexpr std::string_view kCertificateType = "ssh-ed25519-cert-v01@openssh.com";

/// Names without a dot: the cluster's own domain is the only one that they are looked up in.
constexpr std::string_view kShortNames = "*,!*.*";

/// Patterns of addresses end at a dot; a network that ends elsewhere has one for each number that
/// the next part of an address may have.
std::string address_patterns(const Ipv4Interface& head) {
  const int whole = head.prefix / 8;
  const int bits = head.prefix % 8;
  const std::vector<std::string> parts = split(to_string(head.network()), '.');
  std::string prefix;
  for (int i = 0; i < whole; ++i) prefix += parts[static_cast<std::size_t>(i)] + ".";
  if (bits == 0) return prefix + "*";
  const auto first = parse_number(parts[static_cast<std::size_t>(whole)]).value_or(0);
  std::vector<std::string> patterns;
  for (std::uint64_t i = 0; i < std::uint64_t{1} << (8 - bits); ++i) {
    patterns.push_back(std::format("{}{}{}", prefix, first + i, whole == 3 ? "" : ".*"));
  }
  return join(patterns, ",");
}

std::string authorized_keys() {
  return std::format("AuthorizedKeysFile .ssh/authorized_keys {}/%u\n", kKeyDirectory);
}

/// Lines of ssh_config(5) for hosts of the cluster, in the two spellings of their names.
std::string render_client(const SshFacts& facts, const std::string& root_key) {
  const std::string full = std::format("*.{},{}", facts.cluster, address_patterns(facts.head));
  std::string text =
      "# Made by Muster.\n"
      // Read by ssh-keysign(8), which proves the machine; it must come before any host.
      "EnableSSHKeysign yes\n";
  for (const std::string& names : {std::string(kShortNames), full}) {
    if (!root_key.empty()) {
      text += std::format("Match localuser root host {}\n  IdentityFile {}\n", names, kRootKey);
    }
    text += std::format(
        "Match host {}\n  HostbasedAuthentication yes\n  HostbasedAcceptedAlgorithms {}\n", names,
        kCertificateType);
  }
  return text;
}

}  // namespace

std::string owner_of_keys(std::string_view path) {
  const bool is_below =
      path.starts_with(kKeyDirectory) && path.substr(kKeyDirectory.size()).starts_with('/');
  return std::string(is_below ? path.substr(kKeyDirectory.size() + 1) : "");
}

std::string render_known_hosts(const SshFacts& facts) {
  std::string text;
  for (const std::string& names : {std::string(kShortNames), std::format("*.{}", facts.cluster),
                                   address_patterns(facts.head)}) {
    text += std::format("@cert-authority {} {}\n", names, facts.authority);
  }
  return text;
}

plan::Plan plan_ssh_client(const SshFacts& facts, const std::string& root_key) {
  plan::Plan plan;
  plan.add(WriteFile{.path = kKnownHosts, .content = render_known_hosts(facts)});
  plan.add(WriteFile{.path = kSshClientSettings, .content = render_client(facts, root_key)});
  return plan;
}

plan::Plan plan_head_ssh(const std::string& certificate) {
  plan::Plan plan;
  std::string settings = authorized_keys();
  if (!certificate.empty()) {
    plan.add(WriteFile{.path = kHostCertificate, .content = certificate});
    settings += std::format("HostCertificate {}\n", kHostCertificate);
  }
  plan.add(WriteFile{.path = kSshServerSettings, .content = settings});
  return plan;
}

plan::Owns owns_of_ssh() {
  return {.files = {kSshServerSettings, kSshClientSettings, kKnownHosts, kHostCertificate},
          .units = {kSshServer}};
}

plan::Plan plan_node_ssh() {
  plan::Plan plan;
  // Any host whose certificate the authority signed; sshd ignores a lone '+' there.
  plan.add(WriteFile{.path = "/etc/netgroup", .content = "muster (,,)\n"});
  plan.add(WriteFile{.path = "/etc/ssh/shosts.equiv", .content = "+@muster\n"});
  plan.add(WriteFile{.path = "/etc/nsswitch.conf",
                     .content = "passwd: files\ngroup: files\nshadow: files\ngshadow: files\n"
                                "hosts: files dns\nnetworks: files\nprotocols: files\n"
                                "services: files\nethers: files\nrpc: files\nnetgroup: files\n"});
  plan.add(WriteFile{.path = std::format("/etc/pam.d/{}", kPamService),
                     .content = "@include sshd\n"
                                // Root comes in always; others into the job that they have here.
                                "account required pam_slurm_adopt.so service=muster-sshd\n"});
  plan.add(WriteFile{
      .path = kSshServerSettings,
      .content = authorized_keys() +
                 std::format("HostKey /etc/ssh/ssh_host_ed25519_key\n"
                             "HostCertificate {}\n"
                             "HostbasedAuthentication yes\n"
                             "HostbasedAcceptedAlgorithms {}\n"
                             // The certificate says who calls; its name need not be looked up.
                             "HostbasedUsesNameFromPacketOnly yes\n"
                             "IgnoreUserKnownHosts yes\n"
                             "PAMServiceName {}\n",
                             kHostCertificate, kCertificateType, kPamService)});
  return plan;
}

std::string render_root_access(Ipv4Address head, const std::string& root_key) {
  return root_key.empty() ? "" : std::format("from=\"{}\" {}\n", to_string(head), root_key);
}

std::optional<std::string> find_authority(std::string_view known_hosts) {
  const auto words = split(known_hosts.substr(0, known_hosts.find('\n')), ' ');
  const bool named = words.size() == 4 && words[0] == "@cert-authority" &&
                     words[2] == "ssh-ed25519" && parse_base64(words[3]);
  if (!named) return std::nullopt;
  return std::format("{} {}", words[2], words[3]);
}

bool is_host_certificate(std::string_view text) {
  const std::vector<std::string> given = lines(text);
  const auto words = given.size() == 1 ? split(given.front(), ' ') : std::vector<std::string>();
  return words.size() == 3 && words[0] == kCertificateType && parse_base64(words[1]) &&
         is_host_label(words[2]);
}

}  // namespace muster::hpc
