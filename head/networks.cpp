#include "head/networks.h"

#include <algorithm>
#include <format>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/json/json.h"

namespace muster::head {
namespace {

using nlohmann::json;
using Kind = spec::ExternalCard::Kind;
using Links = std::vector<const Interface*>;

constexpr const char* kBondName = "external";

Links links_that(const Links& links, const auto& holds) {
  Links found;
  std::ranges::copy_if(links, std::back_inserter(found),
                       [&](const Interface* link) { return holds(*link); });
  return found;
}

bool is_routed(const Interface& link) { return link.default_route; }
bool is_quiet(const Interface& link) { return !link.default_route; }
bool carries(const Interface& link) { return link.carrier; }
bool has_server(const Interface& link) { return link.dhcp_server.has_value(); }
bool has_no_server(const Interface& link) { return !link.dhcp_server; }

std::vector<std::string> names_of(const Links& links) {
  std::vector<std::string> names;
  for (const Interface* link : links) names.push_back(link->name);
  return names;
}

const Interface* find_named(std::span<const Interface> links, const std::string& name) {
  const auto found = std::ranges::find(links, name, &Interface::name);
  return found == links.end() ? nullptr : &*found;
}

/// The cards that may lead to the nodes: no bond's, and not the one that is named for the site.
Links cluster_cards(const NetworkQuestion& question) {
  const spec::External& external = question.head.external;
  Links cards;
  for (const Interface& link : question.links) {
    const bool is_sites =
        external.card.kind == Kind::named && external.card.name == link.name && !external.vlan;
    if (!link.made && !is_sites && !std::ranges::contains(external.bond, link.name)) {
      cards.push_back(&link);
    }
  }
  return cards;
}

const Interface* find_decided(const Links& cards, const std::string& mac) {
  const auto found = std::ranges::find(cards, mac, &Interface::mac);
  return mac.empty() || found == cards.end() ? nullptr : *found;
}

/// "eno1, eno2 (DHCP server 192.0.2.1)".
std::string describe(const Links& links) {
  std::vector<std::string> texts;
  for (const Interface* link : links) {
    texts.push_back(link->dhcp_server
                        ? std::format("{} (DHCP server {})", link->name, *link->dhcp_server)
                        : link->name);
  }
  return join(texts, ", ");
}

/// Why none of these cards is certain to be the nodes'.
std::string doubt(const Links& cards, const Links& quiet) {
  if (cards.empty()) return "this machine shows no network card";
  if (quiet.empty() && cards.size() == 1) {
    // A server's way out, and perhaps the one that somebody is logged in by.
    return std::format("the only network card, {}, has a default route", cards.front()->name);
  }
  if (quiet.empty()) return "every network card has a default route";
  if (std::ranges::all_of(quiet, [](const Interface* link) { return has_server(*link); })) {
    return std::format("a DHCP server answers on every card: {}", describe(quiet));
  }
  return std::format("{} could all lead to the nodes", describe(quiet));
}

std::string no_such_card(const std::string& wanted) {
  return std::format("there is no network card '{}' as head.interface says", wanted);
}

/// Whether a card that was decided before serves in the place of one that is named and not there:
/// it may lead to the site by now.
bool may_stand_in(const Interface& card, const NetworkQuestion& question) {
  return question.evidence == Evidence::whole && is_quiet(card) && has_no_server(card);
}

/// What is to be said of a card that is not the one that the specification names.
std::string other_card(const NetworkQuestion& question, const std::string& card) {
  const auto& wanted = question.head.interface;
  if (!wanted || *wanted == card) return {};
  return std::format("{}; {} leads to the nodes instead", no_such_card(*wanted), card);
}

const Interface* choose_cluster(const NetworkQuestion& question, const Links& cards) {
  const Links quiet = links_that(cards, is_quiet);
  if (quiet.size() == 1) return quiet.front();
  const Links without_server = links_that(quiet, has_no_server);
  if (without_server.size() == 1) return without_server.front();
  const Links carrying = links_that(without_server, carries);
  const bool certain = carrying.size() == 1 && question.evidence == Evidence::whole;
  return certain ? carrying.front() : nullptr;
}

/// Sets the network of the site for the nodes' card that was chosen.
void add_external(const NetworkQuestion& question, Networks& networks) {
  const spec::External& external = question.head.external;
  if (external.card.kind == Kind::none) return;
  if (!external.bond.empty()) {
    networks.external = external.card.kind == Kind::named ? external.card.name : kBondName;
    return;
  }
  if (external.card.kind == Kind::named) {
    if (find_named(question.links, external.card.name) != nullptr) {
      networks.external = external.card.name;
    } else {
      networks.external_trouble = std::format(
          "there is no network card '{}' as head.external.interface says", external.card.name);
    }
    return;
  }
  Links rest = links_that(cluster_cards(question),
                          [&](const Interface& link) { return link.name != networks.cluster; });
  if (const Interface* const decided = find_decided(rest, question.before.external)) {
    networks.external = decided->name;
    return;
  }
  if (const Links routed = links_that(rest, is_routed); !routed.empty()) {
    networks.external = routed.front()->name;
    return;
  }
  // The network of a server with a system of its own is its owner's.
  if (question.system == System::own) return;
  const Links served = links_that(rest, has_server);
  if (served.size() > 1) {
    networks.external_trouble =
        std::format("several cards could lead to the site: {}", describe(served));
    return;
  }
  const Links carrying = links_that(rest, carries);
  if (served.size() == 1) {
    networks.external = served.front()->name;
  } else if (carrying.size() == 1 && question.evidence == Evidence::whole) {
    networks.external = carrying.front()->name;
  } else if (carrying.size() > 1 && question.evidence == Evidence::whole) {
    networks.external_trouble =
        std::format("several cards could lead to the site: {}", describe(carrying));
  }
}

}  // namespace

std::string render_decision(const NetworkDecision& decision) {
  return json{{"cluster", decision.cluster}, {"external", decision.external}}.dump(2) + "\n";
}

NetworkDecision parse_decision(std::string_view text) {
  const json value = json::parse(text, nullptr, false);
  if (!value.is_object()) return {};
  return {.cluster = muster::json::text_of(value, "cluster"),
          .external = muster::json::text_of(value, "external")};
}

Networks choose_networks(const NetworkQuestion& question) {
  const auto& wanted = question.head.interface;
  const Links cards = cluster_cards(question);
  Networks networks{.candidates = names_of(cards)};
  const bool is_there = wanted && find_named(question.links, *wanted) != nullptr;
  if (is_there) {
    networks.cluster = *wanted;
  } else if (const Interface* const decided = find_decided(cards, question.before.cluster);
             decided != nullptr && (!wanted || may_stand_in(*decided, question))) {
    // Without it a head with a new kernel, or a mistake in its specification, would wait for
    // somebody at its console. A card that is named may still come: its driver is late, or it is a
    // bond.
    networks.cluster = decided->name;
    networks.cluster_trouble = other_card(question, decided->name);
  } else if (wanted) {
    networks.question = no_such_card(*wanted);
    return networks;
  } else if (const Interface* const chosen = choose_cluster(question, cards)) {
    networks.cluster = chosen->name;
  } else {
    networks.question = doubt(cards, links_that(cards, is_quiet));
    return networks;
  }
  add_external(question, networks);
  return networks;
}

Networks choose_networks(const NetworkQuestion& question, const std::string& cluster) {
  Networks networks{.cluster = cluster, .cluster_trouble = other_card(question, cluster)};
  add_external(question, networks);
  return networks;
}

NetworkDecision decision_of(const NetworkQuestion& question, const Networks& networks) {
  const auto mac_of = [&](const std::optional<std::string>& name) {
    const Interface* const link = name ? find_named(question.links, *name) : nullptr;
    return link == nullptr || link->made ? std::string() : link->mac;
  };
  NetworkDecision decision = question.before;
  if (networks.cluster) decision.cluster = mac_of(networks.cluster);
  const bool automatic = question.head.external.card.kind == Kind::automatic;
  if (automatic && networks.external) decision.external = mac_of(networks.external);
  return decision;
}

NetworkDecision site_decision_of(const NetworkQuestion& question, const Networks& networks) {
  NetworkDecision decision = decision_of(question, networks);
  decision.cluster = question.before.cluster;
  return decision;
}

}  // namespace muster::head
