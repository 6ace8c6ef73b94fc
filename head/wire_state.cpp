#include "head/wire_state.h"

#include <nlohmann/json.hpp>

namespace muster::head {

using nlohmann::json;

std::string render_wire_state(const WireState& state) {
  json value = json::object();
  if (state.dhcp_server) value["dhcp_server"] = *state.dhcp_server;
  return value.dump() + "\n";
}

std::optional<WireState> parse_wire_state(std::string_view text) {
  const json value = json::parse(text, nullptr, false);
  if (!value.is_object()) return std::nullopt;
  WireState state;
  if (const auto server = value.find("dhcp_server"); server != value.end() && server->is_string()) {
    state.dhcp_server = server->get<std::string>();
  }
  return state;
}

}  // namespace muster::head
