#pragma once
// The messages of docs/reference/node-protocol.md as types, with both directions of each: what one
// side renders, the other side parses. Every parse_ function takes a body from the wire and treats
// it as hostile.
//
// Errors of every parse_ function (ErrorKind::invalid): not JSON within the limits of core/json; a
// member that is missing, of another type or out of its bounds, by its name. Members that this
// version does not know are ignored, because the other side may be newer.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/base/units.h"
#include "core/plan/plan.h"
#include "provisioning/hardware.h"
#include "provisioning/image.h"
#include "provisioning/reports.h"

namespace muster::provisioning {

/// POST /node/v1/discover
struct DiscoverRequest {
  Hardware hardware;
  /// The profile whose kernel runs, by the kernel's command line; empty: unknown.
  std::string profile = {};
  /// The reference of the image whose kernel runs, or of the system that runs; empty: unknown.
  std::string image = {};
  bool operator==(const DiscoverRequest&) const = default;
};

/// The machine shall ask again later.
struct WaitAnswer {
  /// For people.
  std::string reason;
  bool operator==(const WaitAnswer&) const = default;
};

/// The machine shall boot as this node.
struct BootAnswer {
  std::string node_id;
  std::string node_name;
  Ipv4Address address;
  /// Allows the stage reports of this boot.
  std::string session;
  /// "v1.FINGERPRINT.SECRET", for one enrolment; FINGERPRINT is the SHA-256 of `ca`.
  std::string token;
  /// The certificate of the cluster's authority, PEM.
  std::string ca;
  std::string image_name;
  /// The image's reference; empty: the head is of an earlier version.
  std::string image = {};
  /// The lowest first; at least one.
  std::vector<Artefact> layers;
  bool operator==(const BootAnswer&) const = default;
};

struct DiscoverAnswer {
  /// Milliseconds since 1970 by the head's clock, before the year 2200.
  std::int64_t time_ms = 0;
  std::variant<WaitAnswer, BootAnswer> decision;
  bool operator==(const DiscoverAnswer&) const = default;
};

std::string render_discover_request(const DiscoverRequest& request);
Result<DiscoverRequest> parse_discover_request(std::string_view body);
std::string render_discover_answer(const DiscoverAnswer& answer);
Result<DiscoverAnswer> parse_discover_answer(std::string_view body);

/// POST /node/v1/stage; the answer is an empty object.
struct StageRequest {
  /// BootAnswer::session
  std::string session;
  StageReport report;
  bool operator==(const StageRequest&) const = default;
};

std::string render_stage_request(const StageRequest& request);
Result<StageRequest> parse_stage_request(std::string_view body);

/// POST /node/v1/enrol, and with an empty token POST /node/v1/renew.
struct CertificateRequest {
  /// BootAnswer::token; empty: the node's certificate speaks for it.
  std::string token = {};
  /// PKCS #10 in PEM (RFC 2986).
  std::string request;
  /// The public key of the node's SSH server, as ssh-keygen(1) writes it; empty: it has none yet.
  std::string ssh_host_key = {};
  bool operator==(const CertificateRequest&) const = default;
};

struct CertificateAnswer {
  /// PEM
  std::string certificate;
  std::string name;
  std::uint32_t valid_hours = 0;
  bool operator==(const CertificateAnswer&) const = default;
};

std::string render_certificate_request(const CertificateRequest& request);
Result<CertificateRequest> parse_enrol_request(std::string_view body);
/// A token in it is ignored.
Result<CertificateRequest> parse_renew_request(std::string_view body);
std::string render_certificate_answer(const CertificateAnswer& answer);
Result<CertificateAnswer> parse_certificate_answer(std::string_view body);

/// What an agent can do.
struct Capabilities {
  /// Muster's version, "0.1.0".
  std::string version;
  /// plan::kSchema of that version.
  std::uint32_t schema = 0;
  /// plan::step_kinds of that version.
  std::vector<std::string> steps;
  bool operator==(const Capabilities&) const = default;
};

/// What an agent of this program's form of a plan says of itself.
Capabilities capabilities_of(std::string version);

/// POST /node/v1/heartbeat
struct HeartbeatRequest {
  /// The name of the plan that the node has applied, empty when it has none; none: an agent of a
  /// version before this member.
  std::optional<std::string> holds = {};
  /// None: an agent of a version before these members.
  std::optional<Capabilities> agent = {};
  bool operator==(const HeartbeatRequest&) const = default;
};

struct HeartbeatAnswer {
  /// The name of the plan that the node shall have.
  std::string generation;
  /// A word for one reboot that somebody asked for; empty: nobody did.
  std::string reboot = {};
  bool operator==(const HeartbeatAnswer&) const = default;
};

std::string render_heartbeat_request(const HeartbeatRequest& request);
Result<HeartbeatRequest> parse_heartbeat_request(std::string_view body);
std::string render_heartbeat_answer(const HeartbeatAnswer& answer);
Result<HeartbeatAnswer> parse_heartbeat_answer(std::string_view body);

/// POST /node/v1/report is a NodeReport; the answer is an empty object.
std::string render_node_report(const NodeReport& report);
Result<NodeReport> parse_node_report(std::string_view body);

/// The answer to GET /node/v1/plan.
struct PlanAnswer {
  std::string generation;
  /// An error (ErrorKind::invalid): the head sent a plan of this name, and this version cannot read
  /// it: its schema, a kind of step or a member is unknown.
  Result<plan::Plan> plan;
};

/// `steps`: the steps' JSON with commas between, as plan::to_json gives each; the head keeps them
/// as text.
std::string render_plan_answer(std::string_view generation, std::string_view steps);
/// `version`: the reader's own, for the messages. Errors: no name of a plan; what is wrong inside
/// the plan is in the answer.
Result<PlanAnswer> parse_plan_answer(std::string_view body, std::string_view version);

/// What the head takes from the sender for good.
enum class Refused {
  /// Nothing: the sender may ask the same again.
  nothing,
  /// The certificate: it ran out, was replaced, or its node was removed. An agent gives up its
  /// identity only upon this word.
  certificate,
  /// The token: it is unknown, used or too old.
  token,
};

/// The body of every answer that is not a 200.
struct Refusal {
  /// Error::message
  std::string error;
  /// Error::hint
  std::string hint = {};
  Refused refused = Refused::nothing;
  bool operator==(const Refusal&) const = default;
};

std::string render_refusal(const Refusal& refusal);
/// A word in `refused` that this version does not know counts as Refused::nothing.
Result<Refusal> parse_refusal(std::string_view body);

}  // namespace muster::provisioning
