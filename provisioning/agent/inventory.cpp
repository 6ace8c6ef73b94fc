#include "provisioning/agent/inventory.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "core/base/text.h"
#include "core/os/files.h"
#include "provisioning/agent/processor.h"

namespace muster::agent {
namespace {

namespace fs = std::filesystem;
using provisioning::Disk;
using provisioning::Hardware;

/// A file of one value; empty when it is missing, as much of /sys is on one board or another.
std::string value(const fs::path& path) {
  const auto content = os::read_file(path, 1U << 20U);
  return content ? std::string(trim(*content)) : std::string();
}

std::uint64_t number(const fs::path& path, std::uint64_t absent) {
  return parse_number(value(path)).value_or(absent);
}

std::vector<std::string> names(const fs::path& directory) {
  return os::list_directory(directory).value_or(std::vector<std::string>());
}

/// What follows `key` on the kernel's command line; empty when it is not there.
std::string kernel_argument(const fs::path& root, std::string_view key) {
  for (const std::string& word : split(value(root / "proc/cmdline"), ' ')) {
    if (word.starts_with(key)) return word.substr(key.size());
  }
  return {};
}

std::optional<MacAddress> boot_mac(const fs::path& root) {
  const auto mac = parse_mac(kernel_argument(root, "BOOTIF=01-"));
  return mac ? std::optional(*mac) : std::nullopt;
}

bool is_on_usb(const fs::path& card) {
  std::error_code error;
  const fs::path device = fs::canonical(card / "device", error);
  return !error && device.string().contains("/usb");
}

std::vector<MacAddress> read_macs(const fs::path& root) {
  const auto first = boot_mac(root);
  std::vector<MacAddress> macs;
  for (const std::string& name : names(root / "sys/class/net")) {
    const fs::path card = root / "sys/class/net" / name;
    // ARPHRD_ETHER, and a device behind it: bridges and the loopback are nobody's identity.
    if (value(card / "type") != "1" || !fs::exists(card / "device")) continue;
    const auto mac = parse_mac(value(card / "address"));
    if (mac && (*mac == first || !is_on_usb(card))) macs.push_back(*mac);
  }
  if (first) {
    const auto found = std::ranges::find(macs, *first);
    if (found != macs.end()) std::rotate(macs.begin(), found, found + 1);
  }
  return macs;
}

struct Topology {
  std::uint32_t sockets = 1;
  std::uint32_t cores_per_socket = 1;
  std::uint32_t threads_per_core = 1;
};

Topology read_topology(const fs::path& root) {
  std::map<std::uint64_t, std::set<std::uint64_t>> cores;
  std::uint32_t cpus = 0;
  for (const std::string& name : names(root / "sys/devices/system/cpu")) {
    if (!name.starts_with("cpu") || !parse_number(name.substr(3))) continue;
    const fs::path topology = root / "sys/devices/system/cpu" / name / "topology";
    if (!fs::exists(topology)) continue;
    cores[number(topology / "physical_package_id", 0)].insert(number(topology / "core_id", 0));
    ++cpus;
  }
  if (cores.empty()) return {};
  const auto sockets = static_cast<std::uint32_t>(cores.size());
  const auto per_socket = static_cast<std::uint32_t>(cores.begin()->second.size());
  return {.sockets = sockets,
          .cores_per_socket = per_socket,
          .threads_per_core = std::max(1U, cpus / (sockets * per_socket))};
}

Bytes read_memory(const fs::path& root) {
  const auto content = os::read_file(root / "proc/meminfo");
  if (!content) return {};
  for (const std::string& line : lines(*content)) {
    if (!line.starts_with("MemTotal:")) continue;
    const auto kib = parse_number(trim(line.substr(9, line.find("kB") - 9)));
    return Bytes{kib.value_or(0) * 1024};
  }
  return {};
}

std::vector<Disk> read_disks(const fs::path& root) {
  std::vector<Disk> disks;
  for (const std::string& name : names(root / "sys/block")) {
    const fs::path disk = root / "sys/block" / name;
    if (!fs::exists(disk / "device")) continue;
    // In units of 512 bytes whatever the disk's own sector is
    // (Documentation/ABI/stable/sysfs-block).
    disks.push_back({.name = name,
                     .size = Bytes{number(disk / "size", 0) * 512},
                     .model = value(disk / "device/model")});
  }
  return disks;
}

bool secure_boot(const fs::path& root) {
  const auto variable = os::read_file(
      root / "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c");
  return variable && !variable->empty() && variable->back() == '\1';
}

}  // namespace

Result<Hardware> read_hardware(const fs::path& root) {
  const fs::path dmi = root / "sys/class/dmi/id";
  const Topology topology = read_topology(root);
  Hardware hardware{.uuid = provisioning::own_uuid(value(dmi / "product_uuid")),
                    .serial = value(dmi / "product_serial"),
                    .vendor = value(dmi / "sys_vendor"),
                    .product = value(dmi / "product_name"),
                    .firmware = fs::exists(root / "sys/firmware/efi") ? "uefi" : "bios",
                    .secure_boot = secure_boot(root),
                    .macs = read_macs(root),
                    .sockets = topology.sockets,
                    .cores_per_socket = topology.cores_per_socket,
                    .threads_per_core = topology.threads_per_core,
                    .processor = read_processor(root),
                    .memory = read_memory(root),
                    .disks = read_disks(root)};
  if (hardware.macs.empty()) {
    return fail("this machine shows no Ethernet card",
                "its driver or firmware may be missing from the image");
  }
  return hardware;
}

std::string read_started_profile(const fs::path& root) {
  return kernel_argument(root, "muster.profile=");
}

}  // namespace muster::agent
