#include "provisioning/hardware.h"

#include <algorithm>
#include <array>
#include <format>
#include <set>

#include <nlohmann/json.hpp>

#include "core/base/text.h"

namespace muster::provisioning {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxMacs = 64;
constexpr std::size_t kMaxDisks = 512;
constexpr std::size_t kMaxText = 128;
constexpr std::size_t kMaxProcessorVendor = 32;
/// CPUID's family is at most 15 + 255, its model and stepping are less.
constexpr std::uint64_t kMaxProcessorNumber = 4095;

/// Reads members of one object; the first problem is kept and ends the reading.
class Members {
 public:
  explicit Members(const json& value) : value_(value) {
    if (!value.is_object()) problem_ = "hardware is not an object";
  }

  std::string text(const char* name, std::size_t limit = kMaxText) {
    const json* const member = find(name);
    if (member == nullptr || member->is_null()) return {};
    if (!member->is_string()) {
      wrong(name, "text");
      return {};
    }
    return std::string(trim(printable(member->get_ref<const std::string&>(), limit)));
  }

  std::uint64_t number(const char* name, std::uint64_t low, std::uint64_t high,
                       std::uint64_t absent) {
    const json* const member = find(name);
    if (member == nullptr) return absent;
    if (!member->is_number_integer() ||
        (!member->is_number_unsigned() && member->get<std::int64_t>() < 0)) {
      wrong(name, "a whole number");
      return absent;
    }
    const auto number = member->get<std::uint64_t>();
    if (number < low || number > high) {
      say(std::format("'{}' is {}; it must lie in {}–{}", name, number, low, high));
      return absent;
    }
    return number;
  }

  bool flag(const char* name) {
    const json* const member = find(name);
    if (member == nullptr) return false;
    if (!member->is_boolean()) wrong(name, "true or false");
    return member->is_boolean() && member->get<bool>();
  }

  /// An empty list when absent.
  const json& list(const char* name, std::size_t limit) {
    static const json kEmpty = json::array();
    const json* const member = find(name);
    if (member == nullptr) return kEmpty;
    if (!member->is_array()) {
      wrong(name, "a list");
      return kEmpty;
    }
    if (member->size() > limit) {
      say(std::format("'{}' has {} entries; at most {} are taken", name, member->size(), limit));
      return kEmpty;
    }
    return *member;
  }

  const json* find(const char* name) const {
    if (!value_.is_object()) return nullptr;
    const auto found = value_.find(name);
    return found == value_.end() ? nullptr : &*found;
  }

  void say(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }
  void wrong(const char* name, const char* wanted) {
    say(std::format("'{}' is not {}", name, wanted));
  }

  Status status() const {
    if (problem_.empty()) return {};
    return fail("hardware report: " + problem_);
  }

 private:
  const json& value_;
  std::string problem_;
};

Result<std::vector<MacAddress>> parse_macs(const json& list) {
  std::vector<MacAddress> macs;
  for (const json& entry : list) {
    if (!entry.is_string()) return fail("hardware report: an Ethernet address is not text");
    TRY_ASSIGN(const MacAddress mac, parse_mac(entry.get_ref<const std::string&>()));
    if (std::ranges::find(macs, mac) == macs.end()) macs.push_back(mac);
  }
  if (macs.empty()) return fail("hardware report: no Ethernet address");
  return macs;
}

Result<std::vector<Disk>> parse_disks(const json& list) {
  std::vector<Disk> disks;
  for (const json& entry : list) {
    Members members(entry);
    Disk disk{.name = members.text("name"),
              .size = Bytes{members.number("size", 0, UINT64_MAX, 0)},
              .model = members.text("model")};
    TRY(members.status());
    disks.push_back(std::move(disk));
  }
  return disks;
}

/// "0x2b000590"; empty when it is another text: revisions are compared by machines.
std::string microcode_of(std::string text) {
  constexpr std::size_t kMostDigits = 16;
  const std::string_view digits =
      std::string_view(text).substr(std::min<std::size_t>(2, text.size()));
  const bool is_revision = text.starts_with("0x") && !digits.empty() &&
                           digits.size() <= kMostDigits &&
                           digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  return is_revision ? std::move(text) : std::string();
}

Result<std::optional<Processor>> parse_processor(const json& value) {
  Members members(value);
  const auto number = [&members](const char* name) {
    return static_cast<std::uint32_t>(members.number(name, 0, kMaxProcessorNumber, 0));
  };
  Processor processor{.vendor = members.text("vendor", kMaxProcessorVendor),
                      .family = number("family"),
                      .model = number("model"),
                      .stepping = number("stepping"),
                      .name = members.text("name"),
                      .microcode = microcode_of(members.text("microcode"))};
  TRY(members.status());
  return processor.vendor.empty() ? std::nullopt : std::optional(std::move(processor));
}

json to_json(const Processor& processor) {
  return {{"vendor", processor.vendor}, {"family", processor.family},
          {"model", processor.model},   {"stepping", processor.stepping},
          {"name", processor.name},     {"microcode", processor.microcode}};
}

}  // namespace

std::string own_uuid(std::string_view text) {
  const std::string uuid = lower(trim(text));
  const bool shaped = uuid.size() == 36 && uuid[8] == '-' && uuid[13] == '-' && uuid[18] == '-' &&
                      uuid[23] == '-' &&
                      uuid.find_first_not_of("0123456789abcdef-") == std::string::npos;
  // Boards whose maker never wrote a number of their own: all of them would be one machine.
  static const std::set<std::string, std::less<>> kShared = {
      "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
      "03000200-0400-0500-0006-000700080009", "00020003-0004-0005-0006-000700080009",
      "12345678-1234-5678-90ab-cddeefaabbcc"};
  return shaped && !kShared.contains(uuid) ? uuid : std::string();
}

Result<Hardware> parse_hardware(const json& value) {
  Members members(value);
  Hardware hardware{
      .uuid = own_uuid(members.text("uuid")),
      .serial = members.text("serial"),
      .vendor = members.text("vendor"),
      .product = members.text("product"),
      .firmware = members.text("firmware") == "uefi" ? "uefi" : "bios",
      .secure_boot = members.flag("secure_boot"),
      .macs = {},
      .sockets = static_cast<std::uint32_t>(members.number("sockets", 1, 64, 1)),
      .cores_per_socket =
          static_cast<std::uint32_t>(members.number("cores_per_socket", 1, 1024, 1)),
      .threads_per_core = static_cast<std::uint32_t>(members.number("threads_per_core", 1, 16, 1)),
      .processor = {},
      .memory = Bytes{members.number("memory", 1U << 20U, std::uint64_t{1} << 50U, 1U << 20U)},
      .disks = {},
      .lldp = {}};
  const json& macs = members.list("macs", kMaxMacs);
  const json& disks = members.list("disks", kMaxDisks);
  TRY(members.status());
  TRY_ASSIGN(hardware.macs, parse_macs(macs));
  TRY_ASSIGN(hardware.disks, parse_disks(disks));
  if (const json* const processor = members.find("processor");
      processor != nullptr && !processor->is_null()) {
    TRY_ASSIGN(hardware.processor, parse_processor(*processor));
  }
  if (const json* const lldp = members.find("lldp"); lldp != nullptr && !lldp->is_null()) {
    TRY_ASSIGN(hardware.lldp, parse_neighbour(*lldp));
  }
  return hardware;
}

Result<LldpNeighbour> parse_neighbour(const json& value) {
  Members members(value);
  LldpNeighbour neighbour{.system = members.text("system"), .port = members.text("port")};
  TRY(members.status());
  return neighbour;
}

json to_json(const LldpNeighbour& neighbour) {
  return {{"system", neighbour.system}, {"port", neighbour.port}};
}

json to_json(const Hardware& hardware) {
  json macs = json::array();
  for (const MacAddress& mac : hardware.macs) macs.push_back(to_string(mac));
  json disks = json::array();
  for (const Disk& disk : hardware.disks) {
    disks.push_back({{"name", disk.name}, {"size", disk.size.count}, {"model", disk.model}});
  }
  json value = {{"uuid", hardware.uuid},
                {"serial", hardware.serial},
                {"vendor", hardware.vendor},
                {"product", hardware.product},
                {"firmware", hardware.firmware},
                {"secure_boot", hardware.secure_boot},
                {"macs", std::move(macs)},
                {"sockets", hardware.sockets},
                {"cores_per_socket", hardware.cores_per_socket},
                {"threads_per_core", hardware.threads_per_core},
                {"memory", hardware.memory.count},
                {"disks", std::move(disks)}};
  if (hardware.processor) value["processor"] = to_json(*hardware.processor);
  if (hardware.lldp) value["lldp"] = to_json(*hardware.lldp);
  return value;
}

}  // namespace muster::provisioning
