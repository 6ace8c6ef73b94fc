#include "provisioning/agent/accelerators.h"

#include <algorithm>
#include <string>

#include "core/base/device_file.h"
#include "core/base/text.h"
#include "core/os/files.h"
#include "provisioning/agent/sysfs.h"

namespace muster::agent {
namespace {

namespace fs = std::filesystem;
using provisioning::Accelerator;
using provisioning::AcceleratorDriver;

/// The same cards without a device file for so long, and nobody waits for it any longer.
constexpr auto kPatience = std::chrono::seconds(30);

/// "0x030200" as the kernel writes ids and classes; 0 when it is none.
std::uint32_t hex_value(const fs::path& path) {
  const std::string text = read_value(path);
  if (!text.starts_with("0x")) return 0;
  return parse_hex(std::string_view(text).substr(2)).value_or(0);
}

/// The number that NVIDIA's driver gives to the card's device file.
std::optional<std::string> nvidia_file(const fs::path& root, const std::string& address) {
  const auto content =
      os::read_file(root / "proc/driver/nvidia/gpus" / address / "information", 1U << 16U);
  if (!content) return std::nullopt;
  constexpr std::string_view kKey = "Device Minor:";
  for (const std::string& line : lines(*content)) {
    if (!line.starts_with(kKey)) continue;
    const auto number = parse_number(trim(line.substr(kKey.size())));
    if (number) return std::string(kNvidiaDevice) + std::to_string(*number);
  }
  return std::nullopt;
}

/// What is bound to the card, with the device files that exist: those that the driver registered
/// below the card in /sys.
AcceleratorDriver driver_of(const fs::path& root, const fs::path& device,
                            const std::string& address) {
  std::error_code error;
  const fs::path bound = fs::read_symlink(device / "driver", error);
  AcceleratorDriver driver{.name = error ? std::string() : bound.filename().string(), .files = {}};
  const auto add = [&](const std::string& path) {
    // Some drivers have files for their own tools beside the card's: accel_controlD0.
    const bool of_card = parse_device_file(path) || path == kAmdSharedDevice;
    if (of_card && fs::exists(root / path.substr(1))) driver.files.push_back(path);
  };
  if (const auto file = nvidia_file(root, address)) add(*file);
  for (const std::string& name : names_in(device / "drm")) {
    if (name.starts_with("renderD")) add("/dev/dri/" + name);
  }
  for (const std::string& name : names_in(device / "accel")) add("/dev/accel/" + name);
  if (driver.name == "amdgpu") add(std::string(kAmdSharedDevice));
  return driver;
}

/// Whether nothing is missing that may still come.
bool is_complete(const Accelerator& card) {
  return provisioning::trouble_of(card) == provisioning::CardTrouble::none;
}

}  // namespace

std::vector<Accelerator> read_accelerators(const fs::path& root, Ask ask) {
  std::vector<Accelerator> cards;
  const fs::path devices = root / "sys/bus/pci/devices";
  for (const std::string& address : names_in(devices)) {
    const fs::path device = devices / address;
    // The kernel writes class, subclass and programming interface.
    Accelerator card{.address = address,
                     .pci_class = static_cast<std::uint16_t>(hex_value(device / "class") >> 8U)};
    const unsigned base = card.pci_class >> 8U;
    // Nearly all functions of a machine are something else, and this is read every ten seconds.
    if (base != 0x03 && base != 0x12) continue;
    card.vendor = static_cast<std::uint16_t>(hex_value(device / "vendor"));
    card.device = static_cast<std::uint16_t>(hex_value(device / "device"));
    if (!provisioning::is_accelerator(card) || fs::exists(device / "physfn")) continue;
    // "-1": the firmware does not say.
    if (const auto node = parse_number(read_value(device / "numa_node"))) {
      card.numa_node = static_cast<std::uint32_t>(*node);
    }
    if (ask == Ask::cards_and_drivers) card.driver = driver_of(root, device, address);
    cards.push_back(std::move(card));
  }
  std::ranges::sort(cards, {}, &Accelerator::address);
  return cards;
}

void AcceleratorNews::look(std::vector<Accelerator> cards, TimePoint now) {
  if (cards != last_) since_ = now;
  last_ = std::move(cards);
  if (std::ranges::all_of(last_, is_complete) || now - since_ >= kPatience) settled_ = last_;
}

}  // namespace muster::agent
