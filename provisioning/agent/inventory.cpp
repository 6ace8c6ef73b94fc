#include "provisioning/agent/inventory.h"

#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/os/files.h"
#include "provisioning/agent/accelerators.h"
#include "provisioning/agent/boot_card.h"
#include "provisioning/agent/cards.h"
#include "provisioning/agent/processor.h"
#include "provisioning/agent/sysfs.h"
#include "provisioning/agent/topology.h"

namespace muster::agent {
namespace {

namespace fs = std::filesystem;
using provisioning::Disk;
using provisioning::Hardware;

std::uint64_t number(const fs::path& path, std::uint64_t absent) {
  return parse_number(read_value(path)).value_or(absent);
}

/// The card that the machine booted from comes first.
std::vector<MacAddress> read_macs(const fs::path& root) {
  const auto first = read_boot_card(root);
  std::vector<MacAddress> macs;
  for (const Card& card : read_cards(root)) {
    if (card.mac == first || card.bus != Card::Bus::usb) macs.push_back(card.mac);
  }
  if (first) {
    const auto found = std::ranges::find(macs, *first);
    if (found != macs.end()) std::rotate(macs.begin(), found, found + 1);
  }
  return macs;
}

std::optional<Bytes> read_memory(const fs::path& root) {
  const auto content = os::read_file(root / "proc/meminfo");
  if (!content) return std::nullopt;
  for (const std::string& line : lines(*content)) {
    if (!line.starts_with("MemTotal:")) continue;
    const auto kib = parse_number(trim(line.substr(9, line.find("kB") - 9)));
    return kib ? std::optional(Bytes{*kib * 1024}) : std::nullopt;
  }
  return std::nullopt;
}

std::vector<Disk> read_disks(const fs::path& root) {
  std::vector<Disk> disks;
  for (const std::string& name : names_in(root / "sys/block")) {
    const fs::path disk = root / "sys/block" / name;
    if (!fs::exists(disk / "device")) continue;
    // In units of 512 bytes whatever the disk's own sector is
    // (Documentation/ABI/stable/sysfs-block).
    disks.push_back({.name = name,
                     .size = Bytes{number(disk / "size", 0) * 512},
                     .model = read_value(disk / "device/model")});
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
  const Hardware hardware{.uuid = provisioning::own_uuid(read_value(dmi / "product_uuid")),
                          .serial = read_value(dmi / "product_serial"),
                          .vendor = read_value(dmi / "sys_vendor"),
                          .product = read_value(dmi / "product_name"),
                          .firmware = fs::exists(root / "sys/firmware/efi") ? "uefi" : "bios",
                          .secure_boot = secure_boot(root),
                          .macs = read_macs(root),
                          .topology = read_topology(root),
                          .processor = read_processor(root),
                          .memory = read_memory(root),
                          .disks = read_disks(root),
                          .accelerators = read_accelerators(root, Ask::cards)};
  if (hardware.macs.empty()) {
    return fail("this machine shows no Ethernet card",
                "its driver or firmware may be missing from the image");
  }
  // Cut as the head would: a machine with thousands of disks sends no body that nginx refuses.
  return provisioning::parse_hardware(provisioning::to_json(hardware));
}

std::string read_started_profile(const fs::path& root) {
  return kernel_argument(root, "muster.profile=");
}

std::string read_started_image(const fs::path& root) {
  return kernel_argument(root, "muster.image=");
}

}  // namespace muster::agent
