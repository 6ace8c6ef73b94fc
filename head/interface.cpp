#include "head/interface.h"

#include <algorithm>
#include <format>
#include <set>

#include <nlohmann/json.hpp>

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
                        .mac = link.value("permaddr", link.value("address", "")),
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

}  // namespace muster::head
