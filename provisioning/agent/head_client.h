#pragma once
// The agent's side of the node protocol: speaks to the head, believes nothing it cannot check.

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/os/http_client.h"
#include "core/task/link.h"
#include "provisioning/agent/certificate_refusals.h"
#include "provisioning/agent/head_link.h"
#include "provisioning/agent/invitation.h"
#include "provisioning/hardware.h"
#include "provisioning/protocol.h"
#include "provisioning/reports.h"

namespace muster::agent {

/// The body of a 200. Errors: no response; another status, with the reason and the next step that
/// the head wrote.
Result<std::string> accept(const Result<os::HttpResponse>& response);

/// `profile`: what the machine was started as, as read_started_profile. `image`: the reference of
/// the image that it was started with, or that it runs; empty: not known. Errors: the head does not
/// answer, refuses, or answers nonsense; the answer came over plain HTTP.
Result<provisioning::DiscoverAnswer> discover(const std::string& head,
                                              const provisioning::Hardware& hardware,
                                              const std::string& profile, const std::string& image);

/// Tells how far stage one is.
Status report_stage(const Invitation& invitation, const provisioning::StageReport& report);

struct IdentityOptions {
  /// Where the node's files are: key, certificate and CA. It is made 0700.
  std::filesystem::path directory;
  /// The head's address.
  std::string head;
  /// Of this program, for the head.
  std::string version;
  /// The public host key of this node's SSH server, which the head certifies; a node that has none
  /// yet is enrolled without.
  std::filesystem::path host_key = "/etc/ssh/ssh_host_ed25519_key.pub";
};

/// Who this node is to its head.
class Identity final : public HeadLink, public task::Link {
 public:
  static Result<Identity> open(IdentityOptions options);

  bool enrolled() const override;
  /// Whether the head itself, over TLS, said that the certificate counts for nothing, several times
  /// in a row: it ran out while the head was away, or the node was removed.
  bool refused() const { return refusals_->are_final(); }
  /// Nothing is left of the certificate; the authority is still the only one that is believed.
  Status forget();

  /// Makes a key, checks the CA against the token, and trades the token for a certificate.
  Status enrol(const Invitation& invitation);

  std::chrono::seconds certificate_age() const override;
  Status renew() override;
  Result<provisioning::PlanAnswer> plan() const override;
  Status report(const provisioning::NodeReport& report) const override;
  Result<provisioning::HeartbeatAnswer> heartbeat(const std::string& holds) const override;
  Result<task::Offer> ask(const task::Question& question,
                          const std::function<bool()>& is_unwanted) const override;
  Status tell(const task::Report& report) const override;

 private:
  explicit Identity(IdentityOptions options) : options_(std::move(options)) {}
  Status certify(const std::string& path, provisioning::CertificateRequest request);
  Result<std::string> call(os::HttpRequest request) const;
  Result<std::string> call_as_node(os::HttpRequest request) const;

  IdentityOptions options_;
  /// In memory of its own, so that an identity can be moved.
  std::unique_ptr<CertificateRefusals> refusals_ = std::make_unique<CertificateRefusals>();
};

}  // namespace muster::agent
