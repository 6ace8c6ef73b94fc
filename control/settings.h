#pragma once
// What the daemon is started with: where its files are. Tests give other places.

#include <filesystem>

#include "core/base/layout.h"
#include "core/base/result.h"
#include "head/facts.h"
#include "head/installed.h"
#include "provisioning/catalogue.h"

namespace muster::control {

/// Who may read the head's TLS key and reach the node socket: nginx.
inline constexpr const char* kWebServerGroup = "muster-www";

/// Its number; -1 where there is no such group. Errors: as os::find_group.
Result<int> find_gid(const char* group);

struct Settings {
  std::filesystem::path spec = head::kInstalledSpec;
  /// Written by the helper: head/facts.h.
  std::filesystem::path facts = head::kFacts;
  /// State database, CA, keys, published files.
  std::filesystem::path state = layout::kState;
  /// Sockets: api.sock (administrators), node.sock (nginx).
  std::filesystem::path run = layout::kDaemonRun;
  /// The helper's socket; a connection makes it apply the head's plan.
  std::filesystem::path helper = "/run/muster-apply.sock";
  /// What the helper said about the last head plan.
  std::filesystem::path report = layout::kReport;
  /// The images beside those of the medium.
  std::filesystem::path images = provisioning::kImageDirectory;
  /// The extensions that root installed, and where their hosts listen.
  std::filesystem::path extensions = layout::kExtensions;
  std::filesystem::path extension_run = layout::kExtensionRun;
  /// What dnsmasq has lent.
  std::filesystem::path leases = layout::kLeases;
  /// The names of PCI devices (package pci.ids). Without it cards are called by their numbers.
  std::filesystem::path pci_names = "/usr/share/misc/pci.ids";
  /// shimx64.efi, grubx64.efi, undionly.kpxe, grub/grub.cfg.
  std::filesystem::path boot = layout::kBoot;
};

}  // namespace muster::control
