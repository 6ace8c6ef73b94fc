// Remarks on packages: those that take what is the head's, and those that Debian 13 does not have.

#include <algorithm>
#include <array>
#include <format>
#include <set>

#include "core/spec/remarks.h"
#include "core/spec/remarks_parts.h"
#include "core/spec/word_list.h"

namespace muster::spec {
namespace {

/// Where packages are named.
constexpr unsigned kOnHead = 1;
constexpr unsigned kInImages = 2;

/// A word that ends in '*' stands for all names with that start.
struct Known {
  unsigned where;
  std::string_view packages;
  std::string_view what;
  std::string_view hint;
};

constexpr auto kKnown = std::to_array<Known>({
    {kOnHead, "isc-dhcp-server kea kea-dhcp4-server udhcpd",
     "is a second DHCP server on the head, which takes port 67",
     "leave it out; the head serves DHCP by itself"},
    {kOnHead, "apache2 lighttpd caddy", "is a second web server on the head, which takes port 80",
     "leave it out, and run what needs it on another machine; the head's nginx has that port"},
    {kOnHead, "dnsmasq bind9 unbound pdns-server pdns-recursor knot knot-resolver",
     "is a second DNS server on the head, which takes port 53",
     "leave it out; the head's dnsmasq has that port"},
    {kOnHead, "tftpd-hpa atftpd", "is a second TFTP server on the head, which takes port 69",
     "leave it out; the head's dnsmasq has that port"},
    {kOnHead, "nfs-ganesha nfs-ganesha-* unfs3",
     "is a second NFS server on the head, which takes port 2049",
     "leave it out; 'volumes' names what the head shares"},
    {kOnHead, "slurm-wlm slurmd", "runs jobs on the head, with a set-up of its own beside Muster's",
     "leave it out; the head has Slurm's controller and programs"},
    {kInImages, "slurm-wlm slurmctld", "runs a second controller of jobs, on every node",
     "leave it out; nodes have Slurm's daemon and programs"},
    {kOnHead | kInImages, "ntpsec openntpd systemd-timesyncd",
     "removes chrony, which keeps the clocks of head and nodes together",
     "leave it out; head.external.ntp names time servers"},
    {kOnHead | kInImages, "network-manager connman ifupdown ifupdown2 netplan.io dhcpcd wicked",
     "sets up network cards in its own way, beside Muster", "leave it out"},
    {kOnHead | kInImages, "systemd-resolved resolvconf openresolv",
     "writes /etc/resolv.conf, which Muster writes", "leave it out"},
    {kOnHead, "ufw firewalld iptables-persistent shorewall",
     "is a second firewall on the head, which may refuse nodes",
     "leave it out; head.external.open names what is let in"},
});

/// Packages that people look for in vain.
struct Absent {
  std::string_view packages;
  std::string_view why;
  std::string_view hint;
};

constexpr auto kAbsent = std::to_array<Absent>({
    {"nvidia-driver nvidia-driver-* nvidia-kernel-* nvidia-open-*",
     "compiles a driver when it is installed, which images do not support",
     "leave it out; 'muster help limits' says what to do instead"},
    {"nvidia-smi nvidia-cuda-*", "is in Debian's section non-free, which the build does not read",
     "add 'non-free' to the sources of the building machine's apt, or leave the package out"},
    {"apptainer singularity-container singularity-ce", "is not in Debian 13",
     "leave it out and put the program into a shared volume; 'podman' and 'charliecloud' are "
     "there"},
    {"slurm-smd slurm-smd-*", "is SchedMD's name of its own packages",
     "leave it out; head and nodes have Slurm of Debian"},
    {"ntp", "is not in Debian 13", "leave it out; chrony keeps the clocks"},
    {"python", "is not in Debian 13", "write 'python3'"},
});

const Known* find_known(unsigned where, std::string_view package) {
  const auto* const found = std::ranges::find_if(kKnown, [&](const Known& known) {
    return (known.where & where) != 0 && has_name(known.packages, package);
  });
  return found == kKnown.end() ? nullptr : found;
}

/// A package and the list that names it.
struct Named {
  std::string path;
  std::string package;
  unsigned where;
};

std::vector<Named> named_packages(const ClusterSpec& spec) {
  std::vector<Named> named;
  for (std::size_t i = 0; i < spec.head_packages.size(); ++i) {
    named.push_back({std::format("head.packages[{}]", i), spec.head_packages[i], kOnHead});
  }
  for (std::size_t i = 0; i < spec.images.size(); ++i) {
    const auto& packages = spec.images[i].packages;
    for (std::size_t j = 0; j < packages.size(); ++j) {
      named.push_back({std::format("images[{}].packages[{}]", i, j), packages[j], kInImages});
    }
  }
  return named;
}

/// What is said of a package that no archive has.
Finding missing(const Named& named, const std::optional<std::string>& near) {
  const auto* const absent = std::ranges::find_if(
      kAbsent, [&](const Absent& known) { return has_name(known.packages, named.package); });
  if (absent != kAbsent.end()) {
    return {{named.path},
            std::format("{}: '{}' {}", named.path, named.package, absent->why),
            std::string(absent->hint)};
  }
  return {{named.path},
          std::format("{}: the archives of the last build have no package '{}'", named.path,
                      named.package),
          near ? std::format("did you mean '{}'?", *near)
               : "look for its name, such as with 'apt-cache search' or at packages.debian.org"};
}

}  // namespace

void remark_packages(const ClusterSpec& spec, Findings& findings) {
  for (const Named& named : named_packages(spec)) {
    const Known* const known = find_known(named.where, named.package);
    if (known == nullptr) continue;
    findings.push_back({{named.path},
                        std::format("{}: '{}' {}", named.path, named.package, known->what),
                        std::string(known->hint)});
  }
}

Findings remark_missing_packages(const ClusterSpec& spec, const PackageNames& names) {
  // A name is looked for among tens of thousands, so only a few are.
  constexpr std::size_t kMostSuggestions = 20;
  Findings findings;
  std::set<std::string> told;
  for (const Named& named : named_packages(spec)) {
    if (names.has(named.package) || !told.insert(named.package).second) continue;
    const bool look = told.size() <= kMostSuggestions;
    findings.push_back(missing(named, look ? names.nearest(named.package) : std::nullopt));
  }
  return findings;
}

}  // namespace muster::spec
