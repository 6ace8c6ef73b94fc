#include "core/spec/system_accounts.h"

#include <algorithm>
#include <array>

namespace muster::spec {
namespace {

constexpr auto kNames = std::to_array<std::string_view>({
    "_apt",    "_chrony", "_rpc",     "_ssh",   "adm",     "audio",    "backup",   "bin",
    "cdrom",   "clock",   "crontab",  "daemon", "dialout", "dip",      "disk",     "dnsmasq",
    "docker",  "fax",     "floppy",   "games",  "gluster", "input",    "irc",      "kmem",
    "kvm",     "libvirt", "list",     "lp",     "lxd",     "mail",     "man",      "messagebus",
    "munge",   "mysql",   "netdev",   "news",   "nobody",  "nogroup",  "nslcd",    "operator",
    "plugdev", "polkitd", "postgres", "proxy",  "rdma",    "render",   "root",     "sasl",
    "sgx",     "shadow",  "slurm",    "src",    "sshd",    "ssl-cert", "staff",    "statd",
    "sudo",    "sync",    "sys",      "tape",   "tcpdump", "tftp",     "tss",      "tty",
    "users",   "utmp",    "uucp",     "video",  "voice",   "wheel",    "www-data",
});

}  // namespace

bool is_system_account(std::string_view name) {
  return std::ranges::contains(kNames, name) || name.starts_with("muster") ||
         name.starts_with("systemd-");
}

}  // namespace muster::spec
