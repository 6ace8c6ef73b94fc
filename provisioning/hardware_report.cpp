// Reads a machine's report. An element that cannot be read costs that element; only a report that
// names no machine is refused.

#include <algorithm>
#include <format>
#include <functional>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "provisioning/hardware.h"

namespace muster::provisioning {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxMacs = 64;
constexpr std::size_t kMaxDisks = 512;
constexpr std::size_t kMaxAccelerators = 64;
constexpr std::size_t kMaxText = 128;
constexpr std::size_t kMaxProcessorVendor = 32;
/// CPUID's family is at most 15 + 255, its model and stepping are less.
constexpr std::uint64_t kMaxProcessorNumber = 4095;
/// What a report may say that it lacks.
constexpr std::uint64_t kMostLeftOut = 1'000'000;
constexpr std::uint64_t kLeastMemory = std::uint64_t{1} << 20U;
constexpr std::uint64_t kMostMemory = std::uint64_t{1} << 50U;

/// Reads members of one object, and counts what it leaves out.
class Members {
 public:
  Members(const json& value, LeftOut& left_out) : value_(value), left_out_(left_out) {}

  /// Empty when it is absent or no text.
  std::string text(const char* name, std::size_t limit = kMaxText) {
    const json* const member = find(name);
    if (member == nullptr) return {};
    if (!member->is_string()) {
      ++left_out_.values;
      return {};
    }
    const auto& given = member->get_ref<const std::string&>();
    std::string shown = printable(given, limit);
    // What was cut once is the same when it is cut again.
    if (shown.ends_with("…") && shown != given && given.size() > limit) ++left_out_.texts;
    return std::string(trim(shown));
  }

  /// None when it is absent, no whole number or out of range.
  std::optional<std::uint64_t> number(const char* name, std::uint64_t low, std::uint64_t high) {
    const json* const member = find(name);
    if (member == nullptr) return std::nullopt;
    const bool whole = member->is_number_unsigned() ||
                       (member->is_number_integer() && member->get<std::int64_t>() >= 0);
    const std::uint64_t number = whole ? member->get<std::uint64_t>() : 0;
    if (whole && number >= low && number <= high) return number;
    ++left_out_.values;
    return std::nullopt;
  }

  bool flag(const char* name) {
    const json* const member = find(name);
    if (member == nullptr) return false;
    if (!member->is_boolean()) ++left_out_.values;
    return member->is_boolean() && member->get<bool>();
  }

  /// An empty list when it is absent or none.
  const json& list(const char* name) {
    static const json kEmpty = json::array();
    const json* const member = find(name);
    if (member == nullptr) return kEmpty;
    if (!member->is_array()) ++left_out_.values;
    return member->is_array() ? *member : kEmpty;
  }

  /// None when it is absent or null, or something else than an object.
  const json* object(const char* name) {
    const json* const member = find(name);
    if (member == nullptr || member->is_object()) return member;
    ++left_out_.values;
    return nullptr;
  }

 private:
  const json* find(const char* name) const {
    if (!value_.is_object()) return nullptr;
    const auto found = value_.find(name);
    return found == value_.end() || found->is_null() ? nullptr : &*found;
  }

  const json& value_;
  LeftOut& left_out_;
};

std::vector<MacAddress> parse_macs(const json& list, LeftOut& left_out) {
  std::vector<MacAddress> macs;
  for (const json& entry : list) {
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

std::vector<Disk> parse_disks(const json& list, LeftOut& left_out) {
  std::vector<Disk> disks;
  for (const json& entry : list) {
    LeftOut of_disk;
    Members members(entry, of_disk);
    const auto size = members.number("size", 0, UINT64_MAX);
    if (!size || disks.size() == kMaxDisks) {
      ++left_out.disks;
      continue;
    }
    disks.push_back(
        {.name = members.text("name"), .size = Bytes{*size}, .model = members.text("model")});
    left_out.values += of_disk.values;
    left_out.texts += of_disk.texts;
  }
  return disks;
}

std::string firmware_of(const std::string& text) {
  return text == "uefi" || text == "bios" ? text : std::string();
}

/// All three, or none: two of them say nothing of what the third is.
std::optional<CpuTopology> parse_topology(Members& members) {
  // Slurm counts 1024 sockets at most (_MAX_SOCKET_INX in its xcpuinfo.c).
  const auto sockets = members.number("sockets", 1, 1024);
  const auto cores = members.number("cores_per_socket", 1, 4096);
  const auto threads = members.number("threads_per_core", 1, 256);
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

std::optional<Processor> parse_processor(const json& value, LeftOut& left_out) {
  Members members(value, left_out);
  const auto number = [&members](const char* name) {
    return static_cast<std::uint32_t>(members.number(name, 0, kMaxProcessorNumber).value_or(0));
  };
  Processor processor{.vendor = members.text("vendor", kMaxProcessorVendor),
                      .family = number("family"),
                      .model = number("model"),
                      .stepping = number("stepping"),
                      .name = members.text("name"),
                      .microcode = microcode_of(members.text("microcode"))};
  return processor.vendor.empty() ? std::nullopt : std::optional(std::move(processor));
}

/// What a report says that it lacks already: the agent cuts before it sends.
void add_told(const json& value, LeftOut& left_out) {
  LeftOut ignored;
  Members members(value, ignored);
  const auto add = [&members](const char* name, std::uint32_t& count) {
    const std::uint64_t sum = count + members.number(name, 0, kMostLeftOut).value_or(0);
    count = static_cast<std::uint32_t>(std::min(sum, kMostLeftOut));
  };
  add("network_cards", left_out.network_cards);
  add("disks", left_out.disks);
  add("accelerators", left_out.accelerators);
  add("values", left_out.values);
  add("texts", left_out.texts);
}

}  // namespace

std::vector<Accelerator> parse_accelerators(const json& list, std::uint32_t& left_out) {
  std::vector<Accelerator> cards;
  if (!list.is_array()) return cards;
  for (const json& entry : list) {
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

Result<Hardware> parse_hardware(const json& value) {
  if (!value.is_object()) return fail("hardware report: not an object");
  LeftOut left_out;
  Members members(value, left_out);
  Hardware hardware;
  hardware.macs = parse_macs(members.list("macs"), left_out);
  if (hardware.macs.empty()) return fail("hardware report: no Ethernet address");
  hardware.uuid = own_uuid(members.text("uuid"));
  hardware.serial = members.text("serial");
  hardware.vendor = members.text("vendor");
  hardware.product = members.text("product");
  hardware.firmware = firmware_of(members.text("firmware"));
  hardware.secure_boot = members.flag("secure_boot");
  hardware.topology = parse_topology(members);
  if (const auto memory = members.number("memory", kLeastMemory, kMostMemory)) {
    hardware.memory = Bytes{*memory};
  }
  hardware.disks = parse_disks(members.list("disks"), left_out);
  hardware.accelerators = parse_accelerators(members.list("accelerators"), left_out.accelerators);
  if (const json* const processor = members.object("processor")) {
    hardware.processor = parse_processor(*processor, left_out);
  }
  if (const json* const lldp = members.object("lldp")) {
    Members neighbour(*lldp, left_out);
    hardware.lldp = {.system = neighbour.text("system"), .port = neighbour.text("port")};
  }
  if (const json* const told = members.object("left_out")) add_told(*told, left_out);
  hardware.left_out = left_out;
  return hardware;
}

Result<LldpNeighbour> parse_neighbour(const json& value) {
  if (!value.is_object()) return fail("the report's 'lldp' is not an object");
  LeftOut left_out;
  Members members(value, left_out);
  LldpNeighbour neighbour{.system = members.text("system"), .port = members.text("port")};
  if (left_out.values != 0) return fail("the report's 'lldp' has a member that is no text");
  return neighbour;
}

}  // namespace muster::provisioning
