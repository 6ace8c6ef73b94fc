// Remarks on people: who can log in, and how long jobs may run.

#include <algorithm>
#include <format>

#include "core/base/duration.h"
#include "core/base/text.h"
#include "core/spec/remarks_parts.h"
#include "core/spec/values.h"

namespace muster::spec {
namespace {

/// The key of the examples (fields.cpp): nobody has its private half, or everybody who makes one.
constexpr std::string_view kExampleKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";

void remark_keys(const std::vector<std::string>& keys, const std::string& list,
                 Findings& findings) {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (ssh_key_identity(keys[i]) != kExampleKey) continue;
    const std::string path = std::format("{}[{}]", list, i);
    findings.push_back({{path},
                        std::format("{}: this is the key of the manual's examples", path),
                        "write the line of your own '.pub' file in its place"});
  }
}

void remark_logins(const ClusterSpec& spec, Findings& findings) {
  std::vector<std::string> without;
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < spec.users.size(); ++i) {
    const User& user = spec.users[i];
    remark_keys(user.ssh_keys, std::format("users[{}].ssh_keys", i), findings);
    if (!user.ssh_keys.empty()) continue;
    without.push_back(std::format("'{}'", user.name));
    paths.push_back(std::format("users[{}]", i));
  }
  if (without.empty()) return;
  constexpr std::size_t kMostNamed = 3;
  const std::size_t named = std::min(without.size(), kMostNamed);
  const std::string more =
      without.size() > named ? std::format(" and {} more", without.size() - named) : "";
  findings.push_back(
      {paths,
       std::format("users: nobody can log in as {}{} before there is a key",
                   join(std::span(without).first(named), ", "), more),
       "write ssh_keys, or add keys later: muster user set NAME --ssh-key-file FILE"});
}

/// Whether the file says something of the head's network to the site.
bool has_site(const External& external) {
  const bool named = external.card.kind == ExternalCard::Kind::named;
  return named || external.address || external.vlan || !external.bond.empty() ||
         !external.dns.empty() || !external.ntp.empty() || external.firewall != Firewall::automatic;
}

void remark_root(const ClusterSpec& spec, Findings& findings) {
  remark_keys(spec.head.ssh_keys, "head.ssh_keys", findings);
  if (!spec.head.ssh_keys.empty() || !has_site(spec.head.external)) return;
  findings.push_back({{"head.ssh_keys", "head.external"},
                      "head.ssh_keys: without a key root logs in at the head's console only, and "
                      "not from the site",
                      "write your public key into head.ssh_keys"});
}

void remark_time_limit(const ClusterSpec& spec, Findings& findings) {
  constexpr std::chrono::minutes kShort{10};
  const std::chrono::seconds limit = spec.hpc.time_limit;
  if (limit.count() == 0 || limit >= kShort) return;
  findings.push_back(
      {{"hpc.time_limit"},
       std::format("hpc.time_limit: every job ends after {} at the latest",
                   muster::to_string(std::chrono::ceil<std::chrono::minutes>(limit))),
       "write a longer time, such as '1 d', or 'unlimited'"});
}

}  // namespace

void remark_people(const ClusterSpec& spec, Findings& findings) {
  remark_logins(spec, findings);
  remark_root(spec, findings);
  remark_time_limit(spec, findings);
}

}  // namespace muster::spec
