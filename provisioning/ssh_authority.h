#pragma once
// The cluster's own authority for SSH host keys: whoever trusts it trusts every head and node, also
// one that has another key at each boot. Certificates are OpenSSH's (PROTOCOL.certkeys in its
// source), keys Ed25519 (RFC 8709).

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "core/base/result.h"

namespace muster::crypto {
class Ed25519Key;
}

namespace muster::provisioning {

/// What a host certificate says.
struct HostTerms {
  /// Names and addresses by which the host is reached.
  std::span<const std::string> names;
  /// Shown in sshd's log.
  std::string id;
  /// Units: seconds since 1970. It is valid before this time; UINT64_MAX: for ever.
  std::uint64_t valid_before = UINT64_MAX;
};

/// Threads: one that is open may certify from several threads at once.
class SshAuthority {
 public:
  /// Opens the authority in `directory`, or makes it there (ssh-ca.key, mode 0600).
  /// Errors: there is none and the disk takes none; an unreadable or damaged file.
  static Result<SshAuthority> open(const std::filesystem::path& directory);

  /// Whether there is no authority in `directory`: os::is_missing.
  static bool is_missing(const std::filesystem::path& directory);

  /// A new authority that is in no file yet.
  static Result<SshAuthority> make();

  /// Writes it to `directory`. Errors: the disk's.
  Status save(const std::filesystem::path& directory) const;

  /// "ssh-ed25519 AAAA…", as known_hosts takes it behind @cert-authority.
  const std::string& public_key() const { return public_key_; }

  /// A certificate for a host key, as the file beside the key has it: one line.
  /// Errors (ErrorKind::invalid): the key is no Ed25519 public key of OpenSSH.
  Result<std::string> certify_host(const std::string& key, const HostTerms& terms) const;

 private:
  SshAuthority(crypto::Ed25519Key key, std::string public_blob);
  static Result<SshAuthority> with_key(crypto::Ed25519Key key);

  std::shared_ptr<const crypto::Ed25519Key> key_;
  /// The public key in SSH's wire form.
  std::string public_blob_;
  std::string public_key_;
};

}  // namespace muster::provisioning
