#include "provisioning/accelerator.h"

#include <algorithm>
#include <array>
#include <format>

#include <nlohmann/json.hpp>

#include "core/base/device_file.h"
#include "core/base/text.h"
#include "core/json/json.h"

namespace muster::provisioning {
namespace {

constexpr std::uint16_t kNvidia = 0x10de;
constexpr std::uint16_t kAmd = 0x1002;
constexpr std::uint16_t kIntel = 0x8086;
constexpr std::uint16_t kHabana = 0x1da3;

constexpr std::uint16_t kBaseClassDisplay = 0x03;
constexpr std::uint16_t kProcessingAccelerator = 0x1200;

constexpr std::size_t kMostDeviceFiles = 8;
constexpr std::size_t kLongestDriver = 32;
/// More than any machine has (the kernel's MAX_NUMNODES is at most 1024).
constexpr std::uint64_t kMostNumaNodes = 4096;

/// A vendor of compute cards, and the kernel drivers with which its cards compute.
struct Vendor {
  std::uint16_t id;
  std::string_view name;
  std::array<std::string_view, 2> drivers;
};

constexpr std::array kVendors = {
    Vendor{.id = kNvidia, .name = "NVIDIA", .drivers = {"nvidia"}},
    Vendor{.id = kAmd, .name = "AMD", .drivers = {"amdgpu"}},
    Vendor{.id = kIntel, .name = "Intel", .drivers = {"i915", "xe"}},
    Vendor{.id = kHabana, .name = "Habana", .drivers = {"habanalabs"}},
};

const Vendor* find_vendor(std::uint16_t id) {
  const auto found = std::ranges::find(kVendors, id, &Vendor::id);
  return found == kVendors.end() ? nullptr : &*found;
}

/// Whether the driver that is bound is one that computes.
bool computes(const Accelerator& card) {
  const Vendor* const vendor = find_vendor(card.vendor);
  const bool known = vendor == nullptr || std::ranges::contains(vendor->drivers, card.driver->name);
  return known && !card.driver->name.empty();
}

/// The first device file of one of these kinds.
std::optional<std::string> first_file(const AcceleratorDriver& driver,
                                      std::initializer_list<std::string_view> kinds) {
  for (const std::string& path : driver.files) {
    const auto file = parse_device_file(path);
    if (file && std::ranges::find(kinds, file->kind) != kinds.end()) return path;
  }
  return std::nullopt;
}

/// A number of lower-case hexadecimal digits: exactly `digits` of them.
std::optional<std::uint32_t> parse_id(std::string_view text, std::size_t digits) {
  if (text.size() != digits || lower(text) != text) return std::nullopt;
  return parse_hex(text);
}

/// "0000:3b:00.0"; a domain has up to eight digits behind some bridges (pciutils, lspci(8) -D).
bool is_pci_address(std::string_view text) {
  const std::size_t domain = text.find(':');
  if (domain == std::string_view::npos || domain < 4 || domain > 8) return false;
  const std::string_view rest = text.substr(domain);
  return rest.size() == 8 && rest[3] == ':' && rest[6] == '.' && rest[7] >= '0' && rest[7] <= '7' &&
         parse_id(text.substr(0, domain), domain) && parse_id(rest.substr(1, 2), 2) &&
         parse_id(rest.substr(4, 2), 2);
}

bool is_driver_name(std::string_view text) {
  return text.size() <= kLongestDriver &&
         text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
             std::string_view::npos;
}

std::optional<AcceleratorDriver> parse_driver(const nlohmann::json& value) {
  if (!value.contains("driver") || !value["driver"].is_string()) return std::nullopt;
  AcceleratorDriver driver{.name = json::text_of(value, "driver"), .files = {}};
  if (!is_driver_name(driver.name)) return std::nullopt;
  const auto files = value.find("files");
  if (files == value.end() || !files->is_array()) return driver;
  for (const nlohmann::json& file : *files) {
    if (driver.files.size() == kMostDeviceFiles) break;
    if (!file.is_string()) continue;
    const auto& path = file.get_ref<const std::string&>();
    if (parse_device_file(path) || path == kAmdSharedDevice) driver.files.push_back(path);
  }
  return driver;
}

std::optional<std::uint32_t> parse_numa_node(const nlohmann::json& value) {
  const auto found = value.find("numa_node");
  const bool there = found != value.end() && found->is_number_unsigned() &&
                     found->get<std::uint64_t>() < kMostNumaNodes;
  return there ? std::optional(found->get<std::uint32_t>()) : std::nullopt;
}

}  // namespace

bool is_accelerator(const Accelerator& card) {
  if (card.pci_class == kProcessingAccelerator) return true;
  if (card.pci_class >> 8U != kBaseClassDisplay) return false;
  // ATI's chips of before 2006, which servers' boards kept for their consoles for years after: Rage
  // XL, ES1000 (pci.ids).
  const bool console = card.vendor == kAmd && card.device >= 0x4000 && card.device < 0x6000;
  return find_vendor(card.vendor) != nullptr && !console;
}

bool is_integrated(const Accelerator& card) {
  // Device 2 of the first bus is the processor's graphics (Intel's datasheets); its neural
  // processors are on that bus as well. A card that a virtual machine was given has another place.
  const bool neural = card.pci_class == kProcessingAccelerator && card.address.contains(":00:");
  if (card.vendor == kIntel) return neural || card.address.contains(":00:02.");
  // The numbers that AMD gives to the graphics of its processors (pci.ids); those of "Strix Halo"
  // are bought to compute.
  constexpr std::uint16_t kStrixHalo = 0x1586;
  const bool of_processor = card.device < 0x2000 || (card.device >= 0x9600 && card.device < 0x9a00);
  return card.vendor == kAmd && of_processor && card.device != kStrixHalo;
}

std::optional<std::string> device_for_jobs(const Accelerator& card) {
  if (!card.driver || is_integrated(card) || !computes(card)) return std::nullopt;
  if (card.vendor == kNvidia) return first_file(*card.driver, {kNvidiaDevice});
  const bool needs_shared = card.vendor == kAmd;
  if (needs_shared && !std::ranges::contains(card.driver->files, kAmdSharedDevice)) {
    return std::nullopt;
  }
  return first_file(*card.driver, {kAccelDevice, kRenderDevice});
}

CardTrouble trouble_of(const Accelerator& card) {
  const bool expected = find_vendor(card.vendor) != nullptr && !is_integrated(card);
  if (!card.driver || !expected || device_for_jobs(card)) return CardTrouble::none;
  if (card.driver->name.empty()) return CardTrouble::no_driver;
  return computes(card) ? CardTrouble::no_device_file : CardTrouble::other_driver;
}

std::string vendor_name(std::uint16_t vendor) {
  const Vendor* const known = find_vendor(vendor);
  return known != nullptr ? std::string(known->name) : std::format("PCI vendor {:04x}", vendor);
}

std::optional<Accelerator> parse_accelerator(const nlohmann::json& value) {
  if (!value.is_object()) return std::nullopt;
  const auto vendor = parse_id(json::text_of(value, "vendor"), 4);
  const auto device = parse_id(json::text_of(value, "device"), 4);
  const auto pci_class = parse_id(json::text_of(value, "class"), 4);
  std::string address = json::text_of(value, "address");
  if (!vendor || !device || !pci_class || !is_pci_address(address)) return std::nullopt;
  return Accelerator{.address = std::move(address),
                     .vendor = static_cast<std::uint16_t>(*vendor),
                     .device = static_cast<std::uint16_t>(*device),
                     .pci_class = static_cast<std::uint16_t>(*pci_class),
                     .numa_node = parse_numa_node(value),
                     .driver = parse_driver(value)};
}

nlohmann::json to_json(const Accelerator& card) {
  nlohmann::json value = {{"address", card.address},
                          {"vendor", std::format("{:04x}", card.vendor)},
                          {"device", std::format("{:04x}", card.device)},
                          {"class", std::format("{:04x}", card.pci_class)}};
  if (card.numa_node) value["numa_node"] = *card.numa_node;
  if (card.driver) {
    value["driver"] = card.driver->name;
    value["files"] = card.driver->files;
  }
  return value;
}

}  // namespace muster::provisioning
