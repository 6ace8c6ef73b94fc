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

/// The settings of this system, always with the certificates that it trusts.
Result<AptSettings> read_apt_settings(os::CommandRunner& runner);

/// The settings for an apt that runs with `root` as its root directory, where it sees no file of
/// ours: certificates are copied to `folder` in it. A key or a program that they name is left out:
/// a layer's root is readable by all.
Result<AptSettings> copy_certificates(const AptSettings& settings,
                                      const std::filesystem::path& root,
                                      const std::filesystem::path& folder);

}  // namespace muster::iso
