// Remarks on the cluster as a whole: its name, its cards, what is built and not used, what has no
// effect.

#include <algorithm>
#include <array>
#include <format>

#include "core/base/text.h"
#include "core/spec/characters.h"
#include "core/spec/remarks_parts.h"
#include "core/spec/word_list.h"

namespace muster::spec {
namespace {

/// Domains with a meaning of their own: RFC 6761, RFC 6762 §3 and appendix G, RFC 7686, RFC 8375,
/// RFC 9476, and `internal`, which ICANN set aside for private use.
constexpr std::string_view kSpecialDomains =
    "local localhost localdomain test example invalid onion alt arpa home lan corp mail internal "
    "intranet private";

/// The first domains of the internet, and those of later ones that somebody may take for a
/// cluster's name. New domains are made every year: a longer list would be wrong as well.
constexpr std::string_view kPublicDomains =
    "com net org edu gov mil int info biz name pro app cloud computer center dev engineering farm "
    "global group host institute live network online page science services site solutions space "
    "supply systems tech technology today tools university wiki work world xyz zone";

void remark_name(const ClusterSpec& spec, Findings& findings) {
  const std::string& name = spec.name;
  // Two letters are a country's, today or some day (ISO 3166, RFC 1591 §2).
  const bool country = name.size() == 2 && all_of_class(name, Class::lower);
  const bool special = has_word(kSpecialDomains, name);
  if (!special && !country && !has_word(kPublicDomains, name)) return;
  const std::string what =
      special ? std::format("'.{}' has a meaning of its own in DNS", name)
              : std::format("'.{}' is {} domain of the internet, whose hosts nodes will not find",
                            name, country ? "a country's" : "a public");
  findings.push_back({{"name"},
                      std::format("name: the cluster's name is its DNS domain, and {}", what),
                      std::format("choose another name, such as '{}-cluster'", name)});
}

/// Cards that are made by settings or are no Ethernet cards, by how their names start.
struct CardKind {
  std::string_view start;
  std::string_view what;
};

constexpr auto kCardKinds = std::to_array<CardKind>({
    {"bond", "a bond"},
    {"team", "a bond"},
    {"vlan", "a VLAN"},
    {"br", "a bridge"},
    {"virbr", "a bridge"},
    {"docker", "a bridge"},
    {"tun", "a tunnel"},
    {"tap", "a tunnel"},
    {"wg", "a tunnel"},
    {"ib", "an InfiniBand card, over which machines do not boot here"},
    {"wl", "a wireless card, over which machines do not boot"},
});

std::string_view kind_of(std::string_view card) {
  if (card.contains('.')) return "a VLAN";
  const auto* const kind = std::ranges::find_if(
      kCardKinds, [&](const CardKind& known) { return card.starts_with(known.start); });
  return kind == kCardKinds.end() ? "" : kind->what;
}

void remark_card(const ClusterSpec& spec, Findings& findings) {
  const std::string card = spec.head.interface.value_or("auto");
  const std::string_view kind = kind_of(card);
  if (!kind.empty()) {
    findings.push_back(
        {{"head.interface"},
         std::format("head.interface: '{}' is {}, by its name, and a head that runs from the ISO "
                     "has none",
                     card, kind),
         "name the Ethernet card itself, with a switch port without a VLAN tag; on an installed "
         "head, the server may have this one"});
  }
  if (card == "none" || card == "lo") {
    findings.push_back({{"head.interface"},
                        std::format("head.interface: '{}' is the name of no network card", card),
                        "leave it out, and the head chooses; 'ip link' shows the names of cards"});
  }
  const External& external = spec.head.external;
  if (external.card.kind != ExternalCard::Kind::named) return;
  const std::size_t dot = external.card.name.rfind('.');
  if (dot == std::string::npos || external.vlan) return;
  const std::string number = external.card.name.substr(dot + 1);
  if (!parse_number(number)) return;
  findings.push_back(
      {{"head.external.interface"},
       std::format(
           "head.external.interface: '{}' is a VLAN, by its name, and a head that runs from "
           "the ISO has none of that name",
           external.card.name),
       std::format("write 'interface: {}' and 'vlan: {}'", external.card.name.substr(0, dot),
                   number)});
}

void remark_unused(const ClusterSpec& spec, Findings& findings) {
  for (std::size_t i = 0; i < spec.images.size(); ++i) {
    const std::string& name = spec.images[i].name;
    if (std::ranges::contains(spec.profiles, name, &Profile::image)) continue;
    findings.push_back(
        {{std::format("images[{}].name", i), "profiles"},
         std::format("images[{}]: no profile boots image '{}', which the ISO has "
                     "all the same",
                     i, name),
         std::format("add a profile, such as '- {{name: {0}, image: {0}}}', or leave "
                     "the image out",
                     name)});
  }
}

}  // namespace

void remark_system(const ClusterSpec& spec, Findings& findings) {
  remark_name(spec, findings);
  remark_card(spec, findings);
  remark_unused(spec, findings);
}

}  // namespace muster::spec
