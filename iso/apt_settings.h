#pragma once
// How this machine's apt reaches the archives: proxies, certificates, what is asked of dates. Every
// apt of a build gets them, also one that runs in a layer's root; none of it stays in a layer.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/os/command.h"

namespace muster::iso {

/// One line of apt.conf(5): a name such as "Acquire::http::Proxy" and its value.
struct AptSetting {
  std::string name;
  std::string value;
  bool operator==(const AptSetting&) const = default;
};

using AptSettings = std::vector<AptSetting>;

/// What `apt-config dump` says of reaching archives; everything else is passed over. Pure.
AptSettings parse_apt_settings(std::string_view dumped);

/// The settings as a file of apt's. Pure.
std::string render_apt_settings(const AptSettings& settings);

/// The settings of this system, always with the certificates that it trusts. What fetches runs as
/// apt's own user (apt.conf(5), APT::Sandbox::User), but where a connection needs a key of root's.
Result<AptSettings> read_apt_settings(os::CommandRunner& runner);

/// Asks the program that `settings` name to look for proxies (Acquire::http::Proxy-Auto-Detect of
/// apt-transport-http(1)) which proxy leads to `uri`, and adds its answer for the host: a layer's
/// root does not have that program. Nothing where none is named. Errors: it cannot be asked.
Status add_detected_proxy(os::CommandRunner& runner, const std::string& uri, AptSettings& settings);

/// Makes an empty directory of apt's own user, for files that apt is told to fetch there. apt
/// fetches as root to any other place, and says so.
Status make_fetch_directory(const std::filesystem::path& directory);

}  // namespace muster::iso
