#pragma once
// The cluster's own certificate authority (RFC 5280): proves the head to nodes and nodes to the
// head. Keys are ECDSA P-256, made where they are used; only requests and certificates travel.

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace muster::provisioning {

/// A private key and what it is for, as PEM.
struct KeyAndRequest {
  std::string key;
  std::string request;
};

/// A certificate that the authority gave.
struct Issued {
  std::string certificate;
  /// Upper-case hexadecimal, as nginx writes $ssl_client_serial.
  std::string serial;
};

/// Makes a key and a certificate request (RFC 2986) for it. The request's name is not believed by
/// anybody; the authority writes its own.
Result<KeyAndRequest> make_request();

/// Key and certificate as OpenSSL has them.
struct AuthorityPair;

/// Whether nodes have certificates of an authority.
enum class Dependents { none, some };

/// Threads: one that is open may issue from several threads at once.
///
/// What it gives is valid from a day that every head has behind it, whatever its clock says: a head
/// whose clock was ahead, and is set right, goes on.
class Authority {
 public:
  /// Opens the authority in `directory`, or makes it there. While nobody depends on it, one that is
  /// not valid at this time, or whose key is not that of its certificate, is made anew: the head
  /// may have stopped between the two files. Errors: there is none and the disk takes none;
  /// unreadable or damaged files; a key of another certificate when nodes depend on it.
  static Result<Authority> open(const std::filesystem::path& directory, const std::string& cluster,
                                Dependents dependents = Dependents::none);

  /// Whether there is no authority in `directory`: os::is_missing.
  static bool is_missing(const std::filesystem::path& directory);

  /// A new authority that is in no file yet.
  static Result<Authority> make(const std::string& cluster);

  /// Writes it to `directory`: ca.key with mode 0600, then ca.crt. Errors: the disk's.
  Status save(const std::filesystem::path& directory) const;

  /// PEM.
  const std::string& certificate() const { return certificate_; }

  /// Errors: the authority is not valid at the time of this machine's clock, and no node can enrol.
  Status check_time() const;

  /// SHA-256 of the certificate's PEM text: what a node is told to expect.
  std::string fingerprint() const;

  /// A certificate for a node: subject CN=`id`, client authentication only.
  /// Errors (ErrorKind::invalid): the request is damaged, not signed by its own key, or not for a
  /// P-256 key.
  Result<Issued> issue_client(const std::string& request, const std::string& id,
                              std::chrono::hours valid) const;

  /// A certificate for a server with these names: "DNS:head", "IP:10.42.0.1". It has no end: its
  /// key never leaves the head.
  Result<Issued> issue_server(const std::string& request,
                              const std::vector<std::string>& names) const;

  /// Whether `pem`, a key and a certificate one after the other, still serves under these names.
  /// Errors: damaged; a key of another certificate; another authority; other names; not valid now.
  Status check_server(const std::string& pem, const std::vector<std::string>& names) const;

 private:
  explicit Authority(AuthorityPair pair);

  /// Parsed once: to read a key's PEM costs more than to sign with it.
  std::shared_ptr<const AuthorityPair> pair_;
  std::string certificate_;
};

}  // namespace muster::provisioning
