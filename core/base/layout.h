#pragma once
// Where Muster has its things on a head, and the units of systemd that are its own. The packages
// and hooks below debian/ and packaging/ name the same.

namespace muster::layout {

/// The daemon's state: its database, the authority, what DHCP and HTTP read.
inline constexpr const char* kState = "/var/lib/muster";
/// The daemon's sockets, and its copy of the database for a backup.
inline constexpr const char* kDaemonRun = "/run/musterd";
/// Its socket for nodes, which nginx speaks to, in there.
inline constexpr const char* kNodeSocket = "node.sock";
/// The head's plan as the daemon writes it and root reads it, below kState.
inline constexpr const char* kHeadPlan = "head-plan.json";
/// The leases that dnsmasq keeps.
inline constexpr const char* kLeases = "/run/muster-dnsmasq/leases";
/// Images that were added, root's.
inline constexpr const char* kImages = "/var/lib/muster-images";
/// Extensions that were installed, root's.
inline constexpr const char* kExtensions = "/var/lib/muster-extensions";
/// What services of extensions keep, root's: a directory for each extension.
inline constexpr const char* kExtensionData = "/var/lib/muster-extension-data";
/// Where the hosts of extensions listen: NAME.sock.
inline constexpr const char* kExtensionRun = "/run/muster-extensions";
/// What the head's plan changed here and what stood there before, root's.
inline constexpr const char* kApplied = "/var/lib/muster-applied";
/// What came of the head's plan, for the daemon.
inline constexpr const char* kReport = "/run/muster-helper/report.json";
/// Its only step when none of the plan was tried.
inline constexpr const char* kWholePlan = "the head's plan";
/// The boot loaders that nodes are given.
inline constexpr const char* kBoot = "/usr/share/muster/boot";
inline constexpr const char* kDnsmasqConf = "/etc/muster/dnsmasq.conf";
/// What a build, and a lab, keeps for the next one.
inline constexpr const char* kCache = "/var/cache/muster";

inline constexpr const char* kDaemonUnit = "musterd.service";
inline constexpr const char* kPrepareUnit = "muster-prepare.service";
inline constexpr const char* kWatchUnit = "muster-watch.service";
inline constexpr const char* kApplyUnit = "muster-apply.service";
inline constexpr const char* kWebUnit = "muster-nginx.service";

}  // namespace muster::layout
