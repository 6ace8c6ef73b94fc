#include "control/node_health.h"

#include <compare>
#include <format>
#include <map>
#include <string>

#include "control/drift.h"
#include "core/base/node_set.h"

namespace muster::control {
namespace {

using provisioning::Accelerator;
using provisioning::CardTrouble;
using provisioning::Node;
using provisioning::NodeState;

/// Nodes by what they have in common, in the order of their names.
using Alike = std::map<std::string, std::vector<const Node*>>;

const std::string& name_of(const Node& node) { return node.name.empty() ? node.id : node.name; }

/// "n[001-040]".
std::string names_of(const std::vector<const Node*>& nodes) {
  std::vector<std::string> names;
  for (const Node* node : nodes) names.push_back(name_of(*node));
  return fold_names(names);
}

/// Cards of one node that lack the same.
struct CardsInTrouble {
  std::string image;
  std::string vendor;
  CardTrouble trouble = CardTrouble::none;
  std::string driver;
  std::size_t count = 0;
  auto operator<=>(const CardsInTrouble&) const = default;
};

std::vector<CardsInTrouble> cards_in_trouble(const Node& node, const std::string& image) {
  std::map<CardsInTrouble, std::size_t> counts;
  for (const Accelerator& card : node.hardware.accelerators) {
    const CardTrouble trouble = provisioning::trouble_of(card);
    if (trouble == CardTrouble::none) continue;
    ++counts[{.image = image,
              .vendor = provisioning::vendor_name(card.vendor),
              .trouble = trouble,
              .driver = card.driver->name}];
  }
  std::vector<CardsInTrouble> result;
  for (const auto& [cards, count] : counts) {
    result.push_back(cards);
    result.back().count = count;
  }
  return result;
}

/// "2 NVIDIA cards each have no driver in image 'compute'".
std::string card_text(const CardsInTrouble& cards, bool several_nodes) {
  const bool one = cards.count == 1;
  const std::string which = std::format("{} {} {}{}", cards.count, cards.vendor,
                                        one ? "card" : "cards", several_nodes ? " each" : "");
  const std::string_view has = one ? "has" : "have";
  switch (cards.trouble) {
    case CardTrouble::none:
    case CardTrouble::no_driver:
      return std::format("{} {} no driver in image '{}'", which, has, cards.image);
    case CardTrouble::other_driver:
      return std::format("{} {} driver '{}' in image '{}', with which jobs cannot compute", which,
                         has, cards.driver, cards.image);
    case CardTrouble::no_device_file:
      break;
  }
  return std::format("{} {} driver '{}' and no device file for jobs", which, has, cards.driver);
}

/// What brings the driver, by vendor.
std::string driver_step(const CardsInTrouble& cards, spec::Firmware firmware,
                        const std::string& node) {
  constexpr std::string_view kPage = "'muster help jobs', Graphics and compute cards";
  const bool in_debian = cards.vendor == "AMD" || cards.vendor == "Intel";
  if (!in_debian) return std::format("the image needs the vendor's driver: {}", kPage);
  if (cards.trouble == CardTrouble::no_driver && firmware != spec::Firmware::all) {
    return "write 'firmware: all' into cluster.yaml and build the ISO again: images without it "
           "have no graphics drivers";
  }
  return std::format("'journalctl -k' on {} says what the driver lacks; see {}", node, kPage);
}

}  // namespace

std::vector<Problem> failed_nodes(std::span<const Node> nodes) {
  Alike alike;
  for (const Node& node : nodes) {
    if (node.state != NodeState::failed) continue;
    alike[node.stage + "\n" + kind_of(node.reason)].push_back(&node);
  }
  std::vector<Problem> problems;
  for (const auto& [kind, failed] : alike) {
    const Node& first = *failed.front();
    const std::string& stage = first.stage;
    const std::string which = failed.size() == 1
                                  ? std::format("{} failed at {}", name_of(first), stage)
                                  : std::format("{} ({} nodes) failed at {}, {}", names_of(failed),
                                                failed.size(), stage, name_of(first));
    problems.push_back({std::format("{}: {}", which, first.reason),
                        std::format("'muster node why {}' shows its last boot", name_of(first))});
  }
  return problems;
}

std::vector<Problem> drifting_nodes(std::span<const Node> nodes) {
  // A node looks every ten minutes: three times is no accident.
  constexpr int kOften = 3;
  Alike by_step;
  for (const Node& node : nodes) {
    if (node.drifts >= kOften) by_step[node.drift].push_back(&node);
  }
  std::vector<Problem> problems;
  for (const auto& [step, drifting] : by_step) {
    problems.push_back(
        {std::format(
             "{}: something else keeps changing what Muster sets: '{}' is put right again and "
             "again",
             names_of(drifting), step),
         drift_hint(step)});
  }
  return problems;
}

std::vector<Problem> kept_out_machines(std::span<const Node> nodes) {
  Alike by_reason;
  for (const Node& node : nodes) {
    if (node.state == NodeState::discovered && !node.reason.empty()) {
      by_reason[node.reason].push_back(&node);
    }
  }
  std::vector<Problem> problems;
  for (const auto& [reason, machines] : by_reason) {
    const std::string mac = to_string(machines.front()->hardware.macs.front());
    const bool one = machines.size() == 1;
    const std::string which =
        one ? std::format("the machine {} cannot join", mac)
            : std::format("{} machines cannot join, {} the first", machines.size(), mac);
    problems.push_back({std::format("{}: {}", which, reason),
                        one ? "then restart the machine" : "then restart the machines"});
  }
  return problems;
}

std::vector<Problem> nodes_without_profile(std::span<const Node> nodes,
                                           const provisioning::Boots& boots) {
  if (boots.empty()) return {};
  const auto is_gone = [&](const std::string& profile) {
    return !boots.unbootable().contains(profile) && !boots.knows(profile);
  };
  Alike by_profile;
  Alike running;
  for (const Node& node : nodes) {
    if (node.name.empty()) continue;
    if (is_gone(node.profile)) {
      by_profile[node.profile].push_back(&node);
    } else if (node.state == NodeState::ready && is_gone(node.running_profile())) {
      running[node.running_profile()].push_back(&node);
    }
  }
  std::vector<Problem> problems;
  for (const auto& [profile, still] : running) {
    const std::string names = names_of(still);
    problems.push_back(
        {std::format("{}: runs as profile '{}', which cluster.yaml no longer has", names, profile),
         std::format("'muster node reboot {}' starts it as the profile that it has now", names)});
  }
  for (const auto& [profile, without] : by_profile) {
    const std::string names = names_of(without);
    problems.push_back(
        {std::format("{}: the profile is '{}', which cluster.yaml no longer has; boots as '{}'",
                     names, profile, boots.first()),
         std::format("'muster node set {} --profile NAME' gives another", names)});
  }
  return problems;
}

std::vector<Problem> cards_without_driver(std::span<const Node> nodes,
                                          const provisioning::Boots& boots,
                                          spec::Firmware firmware) {
  std::map<CardsInTrouble, std::vector<const Node*>> alike;
  for (const Node& node : nodes) {
    if (node.state != NodeState::ready || node.booted_profile.empty()) continue;
    const std::string image = boots.image_name_of(node);
    for (const CardsInTrouble& cards : cards_in_trouble(node, image)) alike[cards].push_back(&node);
  }
  std::vector<Problem> problems;
  for (const auto& [cards, having] : alike) {
    problems.push_back(
        {std::format("{}: {}", names_of(having), card_text(cards, having.size() > 1)),
         driver_step(cards, firmware, name_of(*having.front()))});
  }
  return problems;
}

std::vector<Problem> strayed_nodes(std::span<const Node> nodes, const Ipv4Range& addresses) {
  std::vector<const Node*> strayed;
  for (const Node& node : nodes) {
    if (!node.name.empty() && !addresses.contains(node.address)) strayed.push_back(&node);
  }
  if (strayed.empty()) return {};
  const std::string names = names_of(strayed);
  return {{std::format("{}: an address that is not in nodes.addresses ({}), such as {}", names,
                       to_string(addresses), to_string(strayed.front()->address)),
           std::format("'muster node remove {}' and a restart give another", names)}};
}

}  // namespace muster::control
