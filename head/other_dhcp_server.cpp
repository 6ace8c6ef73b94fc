#include "head/other_dhcp_server.h"

#include <nlohmann/json.hpp>

namespace muster::head {

using nlohmann::json;

std::string render_other_dhcp_server(const OtherDhcpServer& server) {
  json value = json::object();
  if (server.address) value["address"] = *server.address;
  return value.dump() + "\n";
}

std::optional<OtherDhcpServer> parse_other_dhcp_server(std::string_view text) {
  const json value = json::parse(text, nullptr, false);
  if (!value.is_object()) return std::nullopt;
  OtherDhcpServer server;
  if (const auto address = value.find("address"); address != value.end() && address->is_string()) {
    server.address = address->get<std::string>();
  }
  return server;
}

}  // namespace muster::head
