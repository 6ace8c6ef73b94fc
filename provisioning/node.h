#pragma once
// One machine of the cluster and where it is in its life:
//
//   discovered → adopted → booting → ready → off
//                             └→ failed
//
// A machine that nobody adopted yet is a node without a name.

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "core/base/result.h"
#include "provisioning/hardware.h"

namespace muster::provisioning {

/// Their words: spec::kNodeStates.
enum class NodeState { discovered, adopted, booting, ready, off, failed };

/// Those of nodes that were adopted.
inline constexpr std::array kStatesWithName = {NodeState::adopted, NodeState::booting,
                                               NodeState::ready, NodeState::off, NodeState::failed};

std::string_view to_string(NodeState state);

/// A wish is for one reboot, however often it is told.
struct RebootWish {
  /// A word that no other wish has.
  std::string id;
  /// Milliseconds since 1970, the head's clock.
  std::int64_t asked_ms = 0;
  bool operator==(const RebootWish&) const = default;
};

/// What administrators decided about a machine.
struct DesiredNode {
  /// Empty until it is adopted.
  std::string name;
  /// Zero: none yet.
  Ipv4Address address;
  /// What it boots as from its next start on.
  std::string profile;
  /// Somebody's wish that it reboots; none once it has booted again.
  std::optional<RebootWish> reboot = {};
  bool operator==(const DesiredNode&) const = default;
};

/// What the machine said of itself, and what the head saw of it.
struct ObservedNode {
  /// Of a node that enrolled once: as it was at its last enrolment. What a machine says without a
  /// certificate after that belongs to its session.
  Hardware hardware;
  /// What it booted as the last time; empty before its first boot.
  std::string booted_profile;
  /// The reference ("NAME@ID") of the image that it booted the last time; empty before its first
  /// boot, and when it booted from a head of an earlier version.
  std::string booted_image;
  NodeState state = NodeState::discovered;
  /// Where the boot is: "discovery", "image", "enrol", "plan", …
  std::string stage;
  /// Why it failed or waits; empty otherwise.
  std::string reason;
  /// 0–100 while an image is fetched.
  int progress = 0;
  /// Generation of the plan the node applied last.
  std::string generation;
  /// What is to be known of an agent that is of another version than the head; empty: nothing.
  std::string agent_note;
  /// What of its plan was put right last, and how often that happened since its boot.
  std::string drift;
  int drifts = 0;
  /// Times are milliseconds since 1970, the head's clock. This one is written with other changes
  /// only.
  std::int64_t seen_ms = 0;
  std::int64_t ready_ms = 0;
  /// When it was last heard after a silence in which others gave it up; 0: never.
  std::int64_t returned_ms = 0;
  bool operator==(const ObservedNode&) const = default;
};

/// Who may speak in the node's name.
struct NodeIdentity {
  /// Serial number of the one certificate that is valid for this node, hexadecimal; empty: it never
  /// enrolled.
  std::string certificate_serial;
  /// Serial number of the one that takes its place as soon as it is used; empty when there is none.
  std::string offered_serial;
  /// OpenSSH certificate of the host key that it has in this boot; empty when it has shown none.
  std::string ssh_certificate;
  bool operator==(const NodeIdentity&) const = default;
};

/// Each part is a document of its own (node_documents.h): what a machine says every few seconds
/// rewrites neither its name nor its certificate.
struct Node : DesiredNode, ObservedNode, NodeIdentity {
  /// Made by the head when it first sees the machine; never changes, never comes twice.
  std::string id;
  /// The card that it boots from just now, when that is none of its hardware's. Never written.
  std::optional<MacAddress> claimed_mac = {};

  /// The profile that it runs as, and before its first boot the one that it will: what is decided
  /// of a profile meanwhile concerns its next start.
  const std::string& running_profile() const {
    return booted_profile.empty() ? profile : booted_profile;
  }
  /// Whether it has proved once that it is the machine that was adopted.
  bool has_enrolled() const { return !certificate_serial.empty(); }
  bool operator==(const Node&) const = default;
};

/// All of it, for people and their programs.
nlohmann::json to_json(const Node& node);

}  // namespace muster::provisioning
