#pragma once
// Which network card of the head leads to the nodes and which to the site. A pure choice over what
// the kernel reports and what was found on the wires. It is never a guess about the nodes' card:
// what is not certain is asked.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/spec/cluster_spec.h"
#include "head/interface.h"

namespace muster::head {

/// What was decided once, by the cards' Ethernet addresses: their names follow the slots. Empty:
/// not decided.
struct NetworkDecision {
  std::string cluster;
  std::string external;
  bool operator==(const NetworkDecision&) const = default;
};

/// Where the decision is remembered. Only root may write there, and a state disk keeps it.
inline constexpr const char* kNetworkDecision = "/var/lib/muster-head/networks.json";

std::string render_decision(const NetworkDecision& decision);
/// What cannot be read is no decision.
NetworkDecision parse_decision(std::string_view json);

/// Whether more may become known by waiting: a port of a switch passes nothing on for half a minute
/// after its link is up (IEEE 802.1D), and so no DHCP server answers.
enum class Evidence { early, whole };

/// Whose system this is: one that runs from the ISO has no network but what Muster sets up.
enum class System { live, own };

struct NetworkQuestion {
  const spec::Head& head;
  std::span<const Interface> links;
  NetworkDecision before;
  Evidence evidence = Evidence::whole;
  System system = System::live;
};

struct Networks {
  /// The link to the nodes; set when it is certain.
  std::optional<std::string> cluster;
  /// Otherwise why not, and the cards to choose from (none: no card at all).
  std::string question;
  /// Why it is another than the specification names; empty when it is not.
  std::string cluster_trouble;
  std::vector<std::string> candidates;
  /// The card (or bond) to the site; none when there is none.
  std::optional<std::string> external;
  /// Why there is none although one is wanted; empty when none is.
  std::string external_trouble;
};

/// The nodes' card is the one that the specification names, if there is such a card; else the one
/// that was decided before (when a card is named, only when all evidence is there: it may be late);
/// else the only card; else, of those without a default route, the only
/// one on which no DHCP server answers, and when all evidence is there the only one of these with a
/// cable. The site's card is the one that the specification names; else, of the others, the one
/// that was decided before; the only one with a default route; the only one on which a DHCP server
/// answers; when all evidence is there the only one with a cable.
Networks choose_networks(const NetworkQuestion& question);

/// As choose_networks when somebody named the nodes' card.
Networks choose_networks(const NetworkQuestion& question, const std::string& cluster);

/// What is to be remembered: the nodes' card always, since a card that is named may have another
/// name at the next start; the site's when the specification does not name it.
NetworkDecision decision_of(const NetworkQuestion& question, const Networks& networks);

/// As decision_of, of the site's card alone: while a head runs somebody may delete the decision,
/// for the next start, and what it runs with does not bring it back.
NetworkDecision site_decision_of(const NetworkQuestion& question, const Networks& networks);

}  // namespace muster::head
