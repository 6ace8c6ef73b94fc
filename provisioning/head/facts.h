#pragma once
// What the privileged helper found out about this head at boot, for the unprivileged daemon:
// /run/muster/head.json.

#include <optional>
#include <string>

#include "core/base/result.h"

namespace muster::head {

struct Facts {
  /// The cluster's network card.
  std::string interface;
  /// Booted live: the root is gone at power-off, and overlayfs cannot be exported by NFS.
  bool live = false;
  /// Root of the medium with layers and images.
  std::string medium;
  /// The DHCP server that answered on the cluster's wire before we did.
  std::optional<std::string> other_dhcp;
  /// Whether a live head's /home lies on a state disk, which keeps it over a power cut.
  bool home_kept = false;
  /// Size of a live head's /home, as mount(8)'s tmpfs takes it.
  std::string home_size = "50%";
};

std::string render_facts(const Facts& facts);
Result<Facts> parse_facts(std::string_view json);

/// Whether a file system on a disk is mounted at /home, by /proc/self/mountinfo (proc(5)).
bool keeps_home(std::string_view mountinfo);

/// The server's address in what `dhcpcd --test` printed; none when nobody answered.
std::optional<std::string> find_dhcp_server(std::string_view output);

}  // namespace muster::head
