#pragma once
// Who else answers DHCP on the nodes' network at this moment: a file that the helper writes and the
// daemon reads for `muster status`.

#include <optional>
#include <string>
#include <string_view>

namespace muster::head {

inline constexpr const char* kOtherDhcpServer = "/run/muster/other-dhcp-server.json";

struct OtherDhcpServer {
  /// That answered the last time it was looked for; none: nobody did.
  std::optional<std::string> address;
  bool operator==(const OtherDhcpServer&) const = default;
};

std::string render_other_dhcp_server(const OtherDhcpServer& server);
/// None when it is not what render_other_dhcp_server wrote.
std::optional<OtherDhcpServer> parse_other_dhcp_server(std::string_view json);

}  // namespace muster::head
