#pragma once
// The agent's side of the node protocol: speaks to the head, believes nothing it cannot check.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/plan/plan.h"
#include "provisioning/agent/head_link.h"
#include "provisioning/hardware.h"
#include "provisioning/image.h"
#include "provisioning/reports.h"

namespace muster::agent {

/// What the head decided about this machine; kept in /run/muster/boot.json between initrd and
/// system.
struct Invitation {
  /// The head's address.
  std::string head;
  std::string node_id;
  std::string node_name;
  std::string session;
  /// v1.<SHA-256 of the CA's PEM>.<secret>
  std::string token;
  /// The CA's certificate; believed only when its hash is the token's.
  std::string ca;
  std::vector<provisioning::Artefact> layers;
};

std::string render_invitation(const Invitation& invitation);
Result<Invitation> parse_invitation(std::string_view json);

/// The head's answer to a discovery.
struct DiscoverAnswer {
  bool invited = false;
  /// Why not, when not invited.
  std::string reason;
  std::int64_t head_time_ms = 0;
  Invitation invitation;
};

/// Errors: not an answer; a name, a path or a time that cannot be one. It came over plain HTTP.
Result<DiscoverAnswer> parse_discover_answer(const std::string& head, std::string_view text);

/// `profile`: what the machine was started as, as read_started_profile. Errors: the head does not
/// answer, refuses, or answers nonsense.
Result<DiscoverAnswer> discover(const std::string& head, const provisioning::Hardware& hardware,
                                const std::string& profile);

/// Tells how far stage one is.
Status report_stage(const Invitation& invitation, const provisioning::StageReport& report);

/// The answer to a heartbeat. A wish that is no short text counts as none. Errors: no generation.
Result<Wanted> parse_wanted(std::string_view text);

inline constexpr const char* kSshHostKey = "/etc/ssh/ssh_host_ed25519_key.pub";

/// The node's files: key, certificate and CA, all in one private directory.
class Identity final : public HeadLink {
 public:
  /// Directory is made 0700. `host_key`: the public host key of this node's SSH server, which the
  /// head certifies; a node that has none yet is enrolled without.
  static Result<Identity> open(const std::filesystem::path& directory, const std::string& head,
                               const std::filesystem::path& host_key = kSshHostKey);

  bool enrolled() const;
  /// Whether the head itself, over TLS, did not take the certificate at the last calls: it ran out
  /// while the head was away, or the node was removed. One refusal may be a passing state.
  bool refused() const { return refusals_ >= kRefusals; }
  /// Nothing is left of the certificate; the authority is still the only one that is believed.
  Status forget();

  /// Makes a key, checks the CA against the token, and trades the token for a certificate.
  Status enrol(const Invitation& invitation);

  std::chrono::hours certificate_age() const override;
  Status renew() override;
  Result<GivenPlan> plan() const override;
  Status report(const provisioning::NodeReport& report) const override;
  Result<Wanted> heartbeat() const override;

 private:
  Identity(std::filesystem::path directory, std::string head, std::filesystem::path host_key)
      : directory_(std::move(directory)), head_(std::move(head)), host_key_(std::move(host_key)) {}
  Status certify(const std::string& path, const std::string& token);
  Result<std::string> call(const std::string& method, const std::string& path,
                           const std::string& body, bool with_certificate) const;

  static constexpr int kRefusals = 3;

  std::filesystem::path directory_;
  std::string head_;
  std::filesystem::path host_key_;
  /// In a row.
  mutable int refusals_ = 0;
};

}  // namespace muster::agent
