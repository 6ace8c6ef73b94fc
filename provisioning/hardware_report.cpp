// Reads a machine's report. An element that cannot be read costs that element; only a report that
// names no machine is refused.

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/json/members.h"
#include "provisioning/hardware.h"
#include "provisioning/protocol_bounds.h"

namespace muster::provisioning {
namespace {

using json::Members;
using json::Problems;
using json::Value;

constexpr std::size_t kMaxMacs = 64;
constexpr std::size_t kMaxDisks = 512;
constexpr std::size_t kMaxAccelerators = 64;
constexpr std::size_t kMaxProcessorVendor = 32;
/// CPUID's family is at most 15 + 255, its model and stepping are less.
constexpr std::uint64_t kMaxProcessorNumber = 4095;
/// What a report may say that it lacks.
constexpr std::uint64_t kMostLeftOut = 1'000'000;
constexpr std::uint64_t kLeastMemory = std::uint64_t{1} << 20U;
constexpr std::uint64_t kMostMemory = std::uint64_t{1} << 50U;

/// What a list has; an absent one has nothing.
const Value& elements(const Value* list) {
  static const Value kNone = Value::array();
  return list == nullptr ? kNone : *list;
}

/// Empty when it is absent or no text.
std::string text_of(Members& members, const char* name, std::size_t most = kLongestHardwareText) {
  return std::string(trim(members.find_shown(name, most).value_or("")));
}

std::vector<MacAddress> parse_macs(const Value& list, LeftOut& left_out) {
  std::vector<MacAddress> macs;
  for (const Value& entry : list) {
    const auto mac =
        entry.is_string() ? parse_mac(entry.get_ref<const std::string&>()) : fail("no text");
    if (mac && std::ranges::contains(macs, *mac)) continue;
    if (mac && macs.size() < kMaxMacs) {
      macs.push_back(*mac);
    } else {
      ++left_out.network_cards;
    }
  }
  return macs;
}

std::vector<Disk> parse_disks(const Value& list, LeftOut& left_out) {
  std::vector<Disk> disks;
  for (const Value& entry : list) {
    Problems problems;
    Members members(entry, problems);
    const auto size = members.find_number("size", 0, UINT64_MAX);
    if (!size || disks.size() == kMaxDisks) {
      ++left_out.disks;
      continue;
    }
    disks.push_back({.name = text_of(members, "name"),
                     .size = Bytes{*size},
                     .model = text_of(members, "model")});
    left_out.values += static_cast<std::uint32_t>(problems.count());
    left_out.texts += static_cast<std::uint32_t>(members.cut());
  }
  return disks;
}

std::string firmware_of(const std::string& text) {
  return text == "uefi" || text == "bios" ? text : std::string();
}

/// All three, or none: two of them say nothing of what the third is.
std::optional<CpuTopology> parse_topology(Members& members) {
  // Slurm counts 1024 sockets at most (_MAX_SOCKET_INX in its xcpuinfo.c).
  const auto sockets = members.find_number("sockets", 1, 1024);
  const auto cores = members.find_number("cores_per_socket", 1, 4096);
  const auto threads = members.find_number("threads_per_core", 1, 256);
  if (!sockets || !cores || !threads) return std::nullopt;
  return CpuTopology{.sockets = static_cast<std::uint32_t>(*sockets),
                     .cores_per_socket = static_cast<std::uint32_t>(*cores),
                     .threads_per_core = static_cast<std::uint32_t>(*threads)};
}

/// "0x2b000590"; empty when it is another text: revisions are compared by machines.
std::string microcode_of(const std::string& text) {
  constexpr std::size_t kMostDigits = 16;
  const std::string_view digits =
      std::string_view(text).substr(std::min<std::size_t>(2, text.size()));
  const bool is_revision = text.starts_with("0x") && !digits.empty() &&
                           digits.size() <= kMostDigits &&
                           digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  return is_revision ? text : std::string();
}

std::optional<Processor> parse_processor(Members members, LeftOut& left_out) {
  const auto number = [&members](const char* name) {
    return static_cast<std::uint32_t>(
        members.find_number(name, 0, kMaxProcessorNumber).value_or(0));
  };
  Processor processor{.vendor = text_of(members, "vendor", kMaxProcessorVendor),
                      .family = number("family"),
                      .model = number("model"),
                      .stepping = number("stepping"),
                      .name = text_of(members, "name"),
                      .microcode = microcode_of(text_of(members, "microcode"))};
  left_out.texts += static_cast<std::uint32_t>(members.cut());
  return processor.vendor.empty() ? std::nullopt : std::optional(std::move(processor));
}

LldpNeighbour parse_lldp(Members members, LeftOut& left_out) {
  LldpNeighbour neighbour{.system = text_of(members, "system"), .port = text_of(members, "port")};
  left_out.texts += static_cast<std::uint32_t>(members.cut());
  return neighbour;
}

/// What a report says that it lacks already: the agent cuts before it sends.
void add_told(const Value& value, LeftOut& left_out) {
  // A number in it that is wrong is no value of the machine.
  Problems ignored;
  Members members(value, ignored);
  const auto add = [&members](const char* name, std::uint32_t& count) {
    const std::uint64_t sum = count + members.find_number(name, 0, kMostLeftOut).value_or(0);
    count = static_cast<std::uint32_t>(std::min(sum, kMostLeftOut));
  };
  add("network_cards", left_out.network_cards);
  add("disks", left_out.disks);
  add("accelerators", left_out.accelerators);
  add("values", left_out.values);
  add("texts", left_out.texts);
}

}  // namespace

std::vector<Accelerator> parse_accelerators(const Value& list, std::uint32_t& left_out) {
  std::vector<Accelerator> cards;
  if (!list.is_array()) return cards;
  for (const Value& entry : list) {
    auto card = parse_accelerator(entry);
    const bool fits = card && cards.size() < kMaxAccelerators &&
                      !std::ranges::contains(cards, card->address, &Accelerator::address);
    if (fits) {
      cards.push_back(std::move(*card));
    } else {
      ++left_out;
    }
  }
  return cards;
}

Result<Hardware> parse_hardware(const Value& value) {
  if (!value.is_object()) return fail(ErrorKind::invalid, "member 'hardware' is not an object");
  LeftOut left_out;
  Problems problems;
  Members members(value, problems, "hardware");
  Hardware hardware;
  hardware.macs = parse_macs(elements(members.find_list("macs")), left_out);
  if (hardware.macs.empty()) {
    return fail(ErrorKind::invalid, "member 'hardware.macs' has no Ethernet address");
  }
  hardware.uuid = own_uuid(text_of(members, "uuid"));
  hardware.serial = text_of(members, "serial");
  hardware.vendor = text_of(members, "vendor");
  hardware.product = text_of(members, "product");
  hardware.firmware = firmware_of(text_of(members, "firmware"));
  hardware.secure_boot = members.find_flag("secure_boot").value_or(false);
  hardware.topology = parse_topology(members);
  if (const auto memory = members.find_number("memory", kLeastMemory, kMostMemory)) {
    hardware.memory = Bytes{*memory};
  }
  hardware.disks = parse_disks(elements(members.find_list("disks")), left_out);
  hardware.accelerators =
      parse_accelerators(elements(members.find_list("accelerators")), left_out.accelerators);
  if (const auto processor = members.find_object("processor")) {
    hardware.processor = parse_processor(*processor, left_out);
  }
  if (const auto lldp = members.find_object("lldp")) {
    hardware.lldp = parse_lldp(*lldp, left_out);
  }
  const bool told = members.find_object("left_out").has_value();
  left_out.values += static_cast<std::uint32_t>(problems.count());
  left_out.texts += static_cast<std::uint32_t>(members.cut());
  if (told) add_told(*value.find("left_out"), left_out);
  hardware.left_out = left_out;
  return hardware;
}

Result<LldpNeighbour> parse_neighbour(const Value& value) {
  Problems problems;
  Members members(value, problems, "lldp");
  LldpNeighbour neighbour{.system = text_of(members, "system"), .port = text_of(members, "port")};
  TRY(problems.status());
  return neighbour;
}

}  // namespace muster::provisioning
