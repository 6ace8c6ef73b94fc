#pragma once
// One machine of the cluster and where it is in its life (design §5):
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
};

struct Node {
  /// Made by the head when it first sees the machine; never changes, never comes twice.
  std::string id;
  /// Empty until it is adopted.
  std::string name;
  Ipv4Address address;
  /// What it boots as from its next start on.
  std::string profile;
  /// What it booted as the last time; empty before its first boot.
  std::string booted_profile;
  Hardware hardware;
  NodeState state = NodeState::discovered;
  /// Where the boot is: "discovery", "image", "enrol", "plan", …
  std::string stage;
  /// Why it failed or waits; empty otherwise.
  std::string reason;
  /// 0–100 while an image is fetched.
  int progress = 0;
  /// Serial number of the one certificate that is valid for this node, hexadecimal.
  std::string certificate_serial;
  /// Serial number of the one that takes its place as soon as it is used; empty when there is none.
  std::string offered_serial;
  /// OpenSSH certificate of the host key that it has in this boot; empty when it has shown none.
  std::string ssh_certificate;
  /// Generation of the plan the node applied last.
  std::string generation;
  /// Somebody's wish that it reboots; none once it has booted again.
  std::optional<RebootWish> reboot = {};
  /// What of its plan was put right last, and how often that happened since its boot.
  std::string drift;
  int drifts = 0;
  /// Milliseconds since 1970, the head's clock. Kept in memory, written with other changes only.
  std::int64_t seen_ms = 0;
  /// When it last showed its certificate; 0: not since the registry was opened. Never written.
  std::int64_t proved_ms = 0;
  std::int64_t ready_ms = 0;
  /// When it was last heard after a silence in which others gave it up; 0: never.
  std::int64_t returned_ms = 0;
};

nlohmann::json to_json(const Node& node);
/// Errors: not what to_json wrote.
Result<Node> parse_node(std::string_view json);

}  // namespace muster::provisioning
