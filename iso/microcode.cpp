#include "iso/microcode.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <format>
#include <set>

#include <nlohmann/json.hpp>

#include "iso/cpio.h"

namespace muster::iso {
namespace {

constexpr std::string_view kIntel = "GenuineIntel";
constexpr std::string_view kAmd = "AuthenticAMD";

static_assert(std::endian::native == std::endian::little, "the files' numbers are little-endian");

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t number = 0;
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

std::uint32_t sum_of(std::string_view bytes) {
  std::uint32_t sum = 0;
  for (std::size_t at = 0; at + 4 <= bytes.size(); at += 4) sum += number_at(bytes, at);
  return sum;
}

// An Intel update: a header of 12 numbers, the data, and perhaps a table of further processors.
constexpr std::size_t kHeader = 48;
constexpr std::size_t kSignatureAt = 12;
constexpr std::size_t kDataSizeAt = 28;
constexpr std::size_t kTotalSizeAt = 32;
constexpr std::size_t kTableHeader = 20;
constexpr std::size_t kTableEntry = 12;

/// The processors of the table behind an update's data.
Result<std::vector<ProcessorKind>> parse_table(std::string_view table) {
  std::vector<ProcessorKind> processors;
  if (table.empty()) return processors;
  const std::size_t count = table.size() < kTableHeader ? 0 : number_at(table, 0);
  if (count == 0 || count > (table.size() - kTableHeader) / kTableEntry) {
    return fail("a table of processors is cut off");
  }
  for (std::size_t i = 0; i < count; ++i) {
    processors.push_back(parse_signature(number_at(table, kTableHeader + i * kTableEntry)));
  }
  return processors;
}

Result<IntelUpdate> parse_update(std::string_view rest) {
  if (rest.size() < kHeader) return fail("an update's header is cut off");
  std::size_t data = number_at(rest, kDataSizeAt);
  std::size_t total = number_at(rest, kTotalSizeAt);
  // The sizes of the first updates, which say 0.
  if (data == 0) {
    data = 2000;
    total = 2048;
  }
  if (total > rest.size() || total % 4 != 0 || data + kHeader > total) {
    return fail("an update is cut off");
  }
  IntelUpdate update{.bytes = rest.substr(0, total)};
  if (sum_of(update.bytes) != 0) return fail("an update's checksum is wrong");
  update.processors.push_back(parse_signature(number_at(rest, kSignatureAt)));
  TRY_ASSIGN(const auto more, parse_table(update.bytes.substr(kHeader + data)));
  update.processors.insert(update.processors.end(), more.begin(), more.end());
  return update;
}

std::string archive_of(std::string_view vendor, std::string content) {
  static constexpr std::size_t kAlignment = 16;
  return render_cpio({{.path = std::format("kernel/x86/microcode/{}.bin", vendor),
                       .content = std::move(content),
                       .alignment = kAlignment}});
}

using Updates = std::set<std::string_view>;

std::string joined(const Updates& updates) {
  std::string content;
  for (const auto& update : updates) content += update;
  return content;
}

Result<std::vector<MicrocodeImage>> plan_intel(const std::map<std::string, std::string>& files) {
  Updates all;
  std::map<ProcessorKind, Updates> by_processor;
  for (const auto& [name, file] : files) {
    const auto updates = parse_intel_microcode(file);
    if (!updates) return wrap(std::format("Intel's microcode '{}'", name), updates.error());
    for (const auto& update : *updates) {
      all.insert(update.bytes);
      for (const auto& processor : update.processors) by_processor[processor].insert(update.bytes);
    }
  }
  std::map<Updates, std::vector<ProcessorKind>> groups;
  for (const auto& [processor, updates] : by_processor) groups[updates].push_back(processor);
  std::vector<MicrocodeImage> images;
  for (const auto& [updates, processors] : groups) {
    const auto& [family, model, stepping] = processors.front();
    images.push_back(
        {.name = std::format("intel-{:02x}-{:02x}-{:02x}.img", family, model, stepping),
         .vendor = std::string(kIntel),
         .processors = processors,
         .archive = archive_of(kIntel, joined(updates))});
  }
  images.push_back({.name = "intel.img",
                    .vendor = std::string(kIntel),
                    .archive = archive_of(kIntel, joined(all))});
  return images;
}

Result<std::vector<MicrocodeImage>> plan_amd(const std::map<std::string, std::string>& files) {
  std::string all;
  std::set<std::uint32_t> families;
  std::vector<MicrocodeImage> images;
  for (const auto& [name, file] : files) {
    auto processors = parse_amd_microcode(file);
    if (!processors) return wrap(std::format("AMD's microcode '{}'", name), processors.error());
    std::set<std::uint32_t> own;
    for (const auto& processor : *processors) own.insert(processor.family);
    all += file;
    if (own.empty()) continue;
    for (const auto family : own) {
      if (families.insert(family).second) continue;
      return fail(
          std::format("AMD's microcode '{}' is a second file for family {:02x}h", name, family));
    }
    images.push_back({.name = std::format("amd-{:02x}.img", *own.begin()),
                      .vendor = std::string(kAmd),
                      .processors = std::move(*processors),
                      .archive = archive_of(kAmd, file)});
  }
  images.push_back({.name = "amd.img",
                    .vendor = std::string(kAmd),
                    .archive = archive_of(kAmd, std::move(all))});
  return images;
}

}  // namespace

ProcessorKind parse_signature(std::uint32_t eax) {
  ProcessorKind kind{
      .family = (eax >> 8U) & 0xFU, .model = (eax >> 4U) & 0xFU, .stepping = eax & 0xFU};
  if (kind.family == 6 || kind.family == 15) kind.model += ((eax >> 16U) & 0xFU) << 4U;
  if (kind.family == 15) kind.family += (eax >> 20U) & 0xFFU;
  return kind;
}

Result<std::vector<IntelUpdate>> parse_intel_microcode(std::string_view file) {
  std::vector<IntelUpdate> updates;
  while (!file.empty()) {
    TRY_ASSIGN(auto update, parse_update(file));
    file.remove_prefix(update.bytes.size());
    updates.push_back(std::move(update));
  }
  return updates;
}

Result<std::vector<ProcessorKind>> parse_amd_microcode(std::string_view file) {
  static constexpr std::uint32_t kMagic = 0x00414d44;
  static constexpr std::size_t kContainerHeader = 12;
  static constexpr std::size_t kEntry = 16;
  if (file.size() < kContainerHeader || number_at(file, 0) != kMagic || number_at(file, 4) != 0) {
    return fail("not a container of microcode");
  }
  const std::size_t size = number_at(file, 8);
  if (size > file.size() - kContainerHeader) return fail("the table of processors is cut off");
  std::set<ProcessorKind> processors;
  for (std::size_t at = 0; at + kEntry <= size; at += kEntry) {
    const auto signature = number_at(file, kContainerHeader + at);
    // The last one is empty.
    if (signature != 0) processors.insert(parse_signature(signature));
  }
  return std::vector<ProcessorKind>(processors.begin(), processors.end());
}

Result<std::vector<MicrocodeImage>> plan_microcode(const std::map<std::string, std::string>& intel,
                                                   const std::map<std::string, std::string>& amd) {
  TRY_ASSIGN(auto images, plan_intel(intel));
  TRY_ASSIGN(auto more, plan_amd(amd));
  images.insert(images.end(), std::make_move_iterator(more.begin()),
                std::make_move_iterator(more.end()));
  std::ranges::sort(images, {}, &MicrocodeImage::name);
  return images;
}

std::string render_microcode_manifest(const std::vector<MicrocodeFile>& files) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& file : files) {
    auto processors = nlohmann::ordered_json::array();
    for (const auto& [family, model, stepping] : file.processors) {
      processors.push_back({{"family", family}, {"model", model}, {"stepping", stepping}});
    }
    list.push_back({{"file", file.file.file},
                    {"size", file.file.size},
                    {"sha256", file.file.sha256},
                    {"vendor", file.vendor},
                    {"processors", std::move(processors)}});
  }
  return nlohmann::ordered_json{{"files", std::move(list)}}.dump(1) + "\n";
}

}  // namespace muster::iso
