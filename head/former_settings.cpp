#include "head/former_settings.h"

#include <array>
#include <filesystem>
#include <string_view>

#include "core/os/files.h"
#include "head/facts.h"

namespace muster::head {
namespace {

namespace fs = std::filesystem;

constexpr const char* kResolvers = "/etc/muster/upstream-resolv.conf";
constexpr const char* kResolversLink = "/etc/muster/before/resolv.conf.link";
constexpr std::array kSettings = {"/etc/openmpi/openmpi-mca-params.conf",
                                  "/etc/slurm/plugstack.conf", "/etc/ssh/ssh_known_hosts2",
                                  "/etc/ssh/ssh_host_ed25519_key-cert.pub"};

/// The name servers themselves: systemd-resolved(8) shows programs its own address, and would ask
/// the head for what the head asks it.
Result<std::string> read_resolvers() {
  constexpr const char* kUplink = "/run/systemd/resolve/resolv.conf";
  TRY_ASSIGN(std::string now, os::read_file("/etc/resolv.conf"));
  const bool is_stub = now.contains("nameserver 127.0.0.53");
  return is_stub && fs::exists(kUplink) ? os::read_file(kUplink) : now;
}

}  // namespace

Result<std::string> keep_resolvers(Ipv4Address own) {
  const auto now = read_resolvers();
  if (now && has_other_resolvers(*now, to_string(own))) {
    std::error_code error;
    const fs::path link = fs::read_symlink("/etc/resolv.conf", error);
    TRY(error ? os::remove_tree(kResolversLink)
              : os::write_file(kResolversLink, link.string() + "\n"));
    TRY(os::write_file(kResolvers, *now));
  }
  return fs::exists(kResolvers) ? kResolvers : "";
}

Status keep_settings() {
  for (const char* const path : kSettings) {
    const fs::path kept = fs::path("/etc/muster/before") / fs::path(path).relative_path();
    if (fs::exists(kept) || !fs::exists(path)) continue;
    TRY_ASSIGN(const std::string text, os::read_file(path));
    TRY(os::write_file(kept, text));
  }
  return {};
}

}  // namespace muster::head
