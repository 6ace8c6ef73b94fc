#pragma once
// What answers on the nodes' wire at this moment: /run/muster/wire.json, which the helper writes
// and the daemon reads for `muster status`.

#include <optional>
#include <string>
#include <string_view>

namespace muster::head {

inline constexpr const char* kWireState = "/run/muster/wire.json";

struct WireState {
  /// The other DHCP server that answered the last time it was looked for.
  std::optional<std::string> dhcp_server;
  bool operator==(const WireState&) const = default;
};

std::string render_wire_state(const WireState& state);
/// None when it is not what render_wire_state wrote.
std::optional<WireState> parse_wire_state(std::string_view json);

}  // namespace muster::head
