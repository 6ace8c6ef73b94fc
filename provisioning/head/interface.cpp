#include "provisioning/head/interface.h"

#include <algorithm>
#include <format>
#include <set>

#include <nlohmann/json.hpp>

#include "core/base/text.h"

namespace muster::head {
namespace {

using nlohmann::json;

bool is_ethernet(const json& link) { return link.value("link_type", "") == "ether"; }

}  // namespace

Result<std::vector<Interface>> parse_interfaces(std::string_view links, std::string_view routes) {
  try {
    std::set<std::string> routed;
    for (const json& route : json::parse(routes.empty() ? "[]" : routes)) {
      if (route.value("dst", "") == "default") routed.insert(route.value("dev", ""));
    }
    std::vector<Interface> result;
    for (const json& link : json::parse(links)) {
      if (!is_ethernet(link)) continue;
      const auto name = link.at("ifname").get<std::string>();
      const json flags = link.value("flags", json::array());
      result.push_back({.name = name,
                        .mac = link.value("address", ""),
                        .default_route = routed.contains(name),
                        .carrier = std::ranges::find(flags, json("LOWER_UP")) != flags.end(),
                        // iproute2 names the kind of virtual links in linkinfo; cards have none.
                        .made = link.contains("linkinfo")});
    }
    return result;
  } catch (const json::exception& error) {
    return fail(std::format("cannot read the network cards: {}", error.what()));
  }
}

Choice choose_interface(const std::vector<Interface>& interfaces,
                        const std::optional<std::string>& wanted) {
  Choice choice;
  std::vector<std::string> quiet;
  for (const Interface& interface : interfaces) {
    if (interface.made) continue;
    choice.candidates.push_back(interface.name);
    if (!interface.default_route) quiet.push_back(interface.name);
  }
  if (wanted) {
    if (std::ranges::contains(interfaces, *wanted, &Interface::name)) {
      choice.interface = *wanted;
    } else {
      choice.question =
          std::format("there is no network card '{}' as head.interface says", *wanted);
    }
  } else if (choice.candidates.empty()) {
    choice.question = "this machine shows no network card";
  } else if (choice.candidates.size() == 1 && quiet.empty()) {
    // A server's way out, and perhaps the one that somebody is logged in by.
    choice.question =
        std::format("the only network card, {}, has a default route", choice.candidates.front());
  } else if (choice.candidates.size() == 1) {
    choice.interface = choice.candidates.front();
  } else if (quiet.size() == 1) {
    choice.interface = quiet.front();
  } else {
    choice.question = quiet.empty()
                          ? "every network card has a default route"
                          : std::format("{} could all be the cluster's", join(quiet, ", "));
  }
  return choice;
}

}  // namespace muster::head
