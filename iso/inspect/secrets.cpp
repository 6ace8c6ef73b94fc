#include "iso/inspect/secrets.h"

#include <algorithm>
#include <array>
#include <fnmatch.h>
#include <format>

#include "core/base/text.h"

namespace muster::inspect {
namespace {

constexpr auto kForEach = "each machine makes its own: leave it out of the layer";
constexpr auto kOwnKey = "who can fetch the image can read it: use another key for what matters";

/// fnmatch(3) patterns, where '*' crosses '/'.
constexpr std::array kSecretFiles = {"etc/ssh/ssh_host_*_key",
                                     "etc/munge/munge.key",
                                     "etc/slurm/*.key",
                                     "etc/slurm/*.jwks",
                                     "etc/apt/auth.conf",
                                     "etc/apt/auth.conf.d/*",
                                     "etc/machine-id",
                                     "var/lib/dbus/machine-id",
                                     "var/lib/systemd/random-seed",
                                     "var/lib/systemd/credential.secret",
                                     "var/lib/muster/*",
                                     "*/.ssh/*",
                                     "*/.netrc",
                                     "*/.bash_history"};

/// What packages make when they are installed: keys for TLS, of BIND's rndc(8), of dropbear(8), and
/// the names by which a storage array knows a machine (nvme-gen-hostnqn(1), iscsi-iname(8)).
constexpr std::array kSharedKeys = {"etc/ssl/private/*", "etc/bind/rndc.key", "etc/dropbear/*_key",
                                    "etc/nvme/host*", "etc/iscsi/initiatorname.iscsi"};

/// What OpenSSH keeps beside private keys, and may be known: whose keys are believed.
constexpr std::array kPublicKeys = {"*/.ssh/*.pub", "*/.ssh/authorized_keys", "*/.ssh/known_hosts",
                                    "*/.ssh/config"};

constexpr std::string_view kNameServers = "etc/resolv.conf";

/// A file with an account or a group in each line, and a password in its second field.
struct PasswordFile {
  std::string_view path;
  /// What says that another file has the password; nothing says so when it is empty.
  std::string_view elsewhere;
  /// Nobody enters a group without a password (gshadow(5)).
  bool empty_lets_in = true;
};

/// The files with a dash are the ones of before the last change.
constexpr std::array kPasswordFiles = {
    PasswordFile{"etc/passwd", "x"},        PasswordFile{"etc/passwd-", "x"},
    PasswordFile{"etc/shadow", {}},         PasswordFile{"etc/shadow-", {}},
    PasswordFile{"etc/gshadow", {}, false}, PasswordFile{"etc/gshadow-", {}, false}};

/// Null: not one of them.
const PasswordFile* password_file(std::string_view path) {
  const auto* const file = std::ranges::find(kPasswordFiles, path, &PasswordFile::path);
  return file == kPasswordFiles.end() ? nullptr : file;
}

/// shadow(5): no password hashes to such a text.
bool is_locked(std::string_view password) {
  return password.starts_with('!') || password.starts_with('*');
}

bool is_matched(const char* pattern, const std::string& path) {
  return fnmatch(pattern, path.c_str(), 0) == 0;
}

bool is_file_with_content(const TreeEntry& entry) { return entry.type == '-' && entry.size > 0; }

/// systemd's own word for "none yet" (machine-id(5)).
bool is_empty_machine_id(const TreeEntry& entry) {
  static constexpr std::string_view kNone = "uninitialized\n";
  return entry.path == "etc/machine-id" && entry.size == kNone.size();
}

bool is_apt_file(const std::string& path) {
  return path == "etc/apt/sources.list" || path == "etc/apt/apt.conf" ||
         path.starts_with("etc/apt/sources.list.d/") || path.starts_with("etc/apt/apt.conf.d/");
}

/// The addresses of a line, as apt's files write them: bare, or in quotes and with a semicolon.
std::vector<std::string> addresses_in(std::string_view line) {
  std::vector<std::string> found;
  for (auto at = line.find("://"); at != std::string_view::npos; at = line.find("://", at + 1)) {
    const auto before = line.find_last_of(" \t\"'[=", at);
    const auto start = before == std::string_view::npos ? 0 : before + 1;
    const auto end = std::min(line.find_first_of(" \t\"';]", at), line.size());
    found.emplace_back(line.substr(start, end - start));
  }
  return found;
}

/// An address without its login, so that a finding tells none.
std::string without_login(const std::string& address) {
  const auto start = address.find("://") + 3;
  const auto host_end = std::min(address.find('/', start), address.size());
  const auto at = address.rfind('@', host_end);
  if (at == std::string::npos || at < start) return address;
  return address.substr(0, start) + address.substr(at + 1);
}

/// The addresses in the settings of apt, but for comments.
std::vector<std::string> addresses_of(std::string_view text) {
  std::vector<std::string> all;
  for (const auto& line : lines(text)) {
    const auto words = trim(line);
    if (words.starts_with('#') || words.starts_with("//")) continue;
    for (auto& address : addresses_in(words)) all.push_back(std::move(address));
  }
  return all;
}

std::vector<Finding> find_logins(const std::string& path, std::string_view text) {
  std::vector<Finding> findings;
  for (const auto& address : addresses_of(text)) {
    const auto bare = without_login(address);
    if (bare == address) continue;
    findings.push_back({std::format("'{}' has a login for '{}'", path, bare),
                        "whoever gets the tree can read it: keep logins in auth.conf"});
  }
  return findings;
}

std::vector<Finding> find_passwords(const PasswordFile& file, std::string_view text) {
  std::vector<Finding> findings;
  for (const auto& line : lines(text)) {
    const auto fields = split(line, ':');
    if (fields.size() < 2 || is_locked(fields[1]) ||
        (!fields[1].empty() && fields[1] == file.elsewhere))
      continue;
    if (!fields[1].empty()) {
      findings.push_back(
          {std::format("'{}' has a password for '{}'", file.path, fields[0]),
           "every cluster that is made of it would have the same: lock the account"});
    } else if (file.empty_lets_in) {
      findings.push_back({std::format("'{}' lets '{}' in without a password", file.path, fields[0]),
                          "lock the account"});
    }
  }
  return findings;
}

std::vector<Finding> find_name_servers(const std::string& path, std::string_view text) {
  std::vector<Finding> findings;
  for (const auto& line : lines(text)) {
    if (!trim(line).starts_with("nameserver") && !trim(line).starts_with("search")) continue;
    findings.push_back({std::format("'{}' says '{}' of another network", path, trim(line)),
                        "leave the file out of the layer"});
  }
  return findings;
}

}  // namespace

std::vector<Finding> find_secret_files(const std::vector<TreeEntry>& entries) {
  std::vector<Finding> findings;
  for (const auto& entry : entries) {
    if (!is_file_with_content(entry) || is_empty_machine_id(entry)) continue;
    const auto is_like = [&](const char* pattern) { return is_matched(pattern, entry.path); };
    if (std::ranges::none_of(kSecretFiles, is_like)) continue;
    if (std::ranges::any_of(kPublicKeys, is_like)) continue;
    findings.push_back(
        {std::format("'{}' would be the same on every machine", entry.path), kForEach});
  }
  return findings;
}

std::vector<Finding> find_shared_keys(const std::vector<TreeEntry>& entries) {
  std::vector<Finding> findings;
  for (const auto& entry : entries) {
    const auto is_like = [&](const char* pattern) { return is_matched(pattern, entry.path); };
    if (!is_file_with_content(entry) || std::ranges::none_of(kSharedKeys, is_like)) continue;
    findings.push_back({std::format("'{}' is the same on every machine", entry.path), kOwnKey});
  }
  return findings;
}

bool is_text_of_interest(const TreeEntry& entry) {
  if (!is_file_with_content(entry)) return false;
  return entry.path == kNameServers || is_apt_file(entry.path) ||
         password_file(entry.path) != nullptr;
}

std::vector<Finding> find_secrets(const std::string& path, std::string_view text) {
  if (is_apt_file(path)) return find_logins(path, text);
  if (path == kNameServers) return find_name_servers(path, text);
  const auto* const file = password_file(path);
  return file == nullptr ? std::vector<Finding>() : find_passwords(*file, text);
}

std::vector<Finding> find_other_archives(const std::string& path, std::string_view text,
                                         const std::vector<std::string>& archives) {
  std::vector<Finding> findings;
  if (!is_apt_file(path)) return findings;
  for (const auto& address : addresses_of(text)) {
    const auto bare = without_login(address);
    // Archives end with a slash, and sources need not.
    if (std::ranges::any_of(
            archives, [&](const auto& archive) { return (bare + "/").starts_with(archive); })) {
      continue;
    }
    findings.push_back(
        {std::format("'{}' names '{}', which is no archive of the cluster", path, bare),
         "when no package of yours brings it, write Debian's own archive, or the "
         "'mirror' of cluster.yaml"});
  }
  return findings;
}

}  // namespace muster::inspect
