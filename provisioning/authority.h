#pragma once
// The cluster's own certificate authority (RFC 5280): proves the head to nodes and nodes to the
// head. Keys are ECDSA P-256, made where they are used; only requests and certificates travel.

#include <chrono>
#include <filesystem>
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

/// Whether nodes have certificates of an authority.
enum class Dependents { none, some };

/// What it gives is valid from a day that every head has behind it, whatever its clock says: a head
/// whose clock was ahead, and is set right, goes on.
class Authority {
 public:
  /// Opens the authority in `directory`, or makes it there (ca.key mode 0600, ca.crt). One that is
  /// not valid at this time is made anew while nobody depends on it.
  /// Errors: unreadable or damaged files; a key that does not belong to the certificate.
  static Result<Authority> open(const std::filesystem::path& directory, const std::string& cluster,
                                Dependents dependents = Dependents::none);

  const std::string& certificate() const { return certificate_; }

  /// Errors: the authority is not valid at the time of this machine's clock, and no node can enrol.
  Status check_time() const;

  /// SHA-256 of the certificate's PEM text: what a node is told to expect.
  std::string fingerprint() const;

  /// A certificate for a node: subject CN=`id`, client authentication only.
  /// Errors: the request is damaged, not signed by its own key, or not for a P-256 key.
  Result<Issued> issue_client(const std::string& request, const std::string& id,
                              std::chrono::hours valid) const;

  /// A certificate for a server with these names: "DNS:head", "IP:10.42.0.1". It has no end: its
  /// key never leaves the head, which makes both anew at each start.
  Result<Issued> issue_server(const std::string& request,
                              const std::vector<std::string>& names) const;

 private:
  Authority(std::string key, std::string certificate)
      : key_(std::move(key)), certificate_(std::move(certificate)) {}
  std::string key_;
  std::string certificate_;
};

}  // namespace muster::provisioning
