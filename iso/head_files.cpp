#include "iso/head_files.h"

#include <format>

#include "core/base/text.h"
#include "core/os/files.h"

namespace muster::iso {
namespace {

/// Version 4 only: one port, no rpcbind. Not in the package: a server that has that may have
/// clients of version 3.
constexpr std::string_view kNfsSettings =
    "# Version 4 only: one port, no rpcbind.\n[nfsd]\nvers3=n\n";

}  // namespace

std::string render_hosts(const spec::ClusterSpec& spec) {
  return std::format(
      "127.0.0.1 localhost\n127.0.1.1 {}\n::1 localhost ip6-localhost ip6-loopback\n",
      spec.head.hostname);
}

Status write_head_files(const spec::ClusterSpec& spec, const std::string& spec_text,
                        const std::filesystem::path& root) {
  const auto etc = root / "etc";
  if (!spec_text.empty()) TRY(os::write_file(etc / "muster/cluster.yaml", spec_text));
  TRY(os::write_file(etc / "hostname", spec.head.hostname + "\n"));
  TRY(os::write_file(etc / "hosts", render_hosts(spec)));
  TRY(os::write_file(etc / "nfs.conf.d/muster.conf", kNfsSettings));
  if (spec.head.ssh_keys.empty()) return {};
  TRY(os::make_directory(root / "root/.ssh", {.mode = 0700}));
  return os::write_file(root / "root/.ssh/authorized_keys", join(spec.head.ssh_keys, "\n") + "\n",
                        {.mode = 0600});
}

}  // namespace muster::iso
