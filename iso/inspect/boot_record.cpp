#include "iso/inspect/boot_record.h"

#include <algorithm>
#include <array>
#include <format>

#include "core/base/text.h"
#include "iso/inspect/medium_files.h"

namespace muster::inspect {
namespace {

namespace fs = std::filesystem;

constexpr std::array kWays = {"BIOS disc", "UEFI disc", "BIOS stick", "UEFI stick"};

/// Firmware looks for the first (UEFI Specification §3.5.1.1); shim looks for the others beside
/// itself, and GRUB for its configuration.
constexpr std::array kEfiFiles = {"efi/boot/bootx64.efi", "efi/boot/grubx64.efi",
                                  "efi/boot/mmx64.efi", "boot/grub/grub.cfg"};

/// The words of a line behind its "name : ".
struct Line {
  std::string name;
  std::vector<std::string> words;
};

Line read_line(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return {};
  Line read{.name = std::string(trim(line.substr(0, colon)))};
  for (const auto& word : split(line.substr(colon + 1), ' ')) {
    if (!word.empty()) read.words.push_back(word);
  }
  return read;
}

/// Numbers of boot images by the platform that the catalogue gives them.
struct Images {
  std::string bios;
  std::string uefi;
};

void take_path(const Images& images, const Line& line, BootRecord& record) {
  if (line.words.size() != 2) return;
  if (line.words[0] == images.bios) record.bios = line.words[1];
  if (line.words[0] == images.uefi) record.uefi = line.words[1];
}

bool is_efi_partition(const Line& line, const BootRecord& record) {
  const bool names_path = line.name == "MBR partition path" || line.name == "GPT partition path";
  return names_path && line.words.size() == 2 && !record.uefi.empty() &&
         line.words[1] == record.uefi;
}

}  // namespace

BootRecord parse_boot_report(std::string_view text) {
  BootRecord record;
  Images images;
  for (const auto& one : lines(text)) {
    const Line line = read_line(one);
    // El Torito boot img :   1  BIOS  y   none  …; "y" is "bootable".
    if (line.name == "El Torito boot img" && line.words.size() > 2 && line.words[2] == "y") {
      if (line.words[1] == "BIOS") images.bios = line.words[0];
      if (line.words[1] == "UEFI") images.uefi = line.words[0];
    }
    if (line.name == "El Torito img path") take_path(images, line, record);
    if (line.name == "System area summary") {
      record.tables.insert(line.words.begin(), line.words.end());
    }
    if (is_efi_partition(line, record)) record.has_efi_partition = true;
  }
  return record;
}

Result<BootRecord> read_boot_record(os::CommandRunner& runner, const fs::path& iso) {
  TRY_ASSIGN(const auto text,
             os::run_checked(
                 runner, {.argv = {"xorriso", "-indev", xorriso_address(iso), "-report_el_torito",
                                   "plain", "-report_system_area", "plain"}}));
  return parse_boot_report(text);
}

Result<std::set<std::string>> list_efi_image(os::CommandRunner& runner, const fs::path& file,
                                             std::uint64_t offset) {
  static constexpr std::string_view kRoot = "::/";
  TRY_ASSIGN(const auto text,
             os::run_checked(runner, {.argv = {"mdir", "-b", "-/", "-i",
                                               std::format("{}@@{}", file.string(), offset)}}));
  std::set<std::string> paths;
  for (const auto& line : lines(text)) {
    if (line.starts_with(kRoot)) paths.insert(lower(line.substr(kRoot.size())));
  }
  return paths;
}

std::vector<std::string> ways_to_start(const BootRecord& record) {
  const bool is_hybrid = record.tables.contains("MBR") && record.tables.contains("isohybrid");
  const std::array has = {!record.bios.empty(), !record.uefi.empty(),
                          !record.bios.empty() && is_hybrid,
                          !record.uefi.empty() && record.has_efi_partition};
  std::vector<std::string> ways;
  for (std::size_t way = 0; way < kWays.size(); ++way) {
    if (has[way]) ways.emplace_back(kWays[way]);
  }
  return ways;
}

std::vector<Finding> find_boot_faults(const BootRecord& record,
                                      const std::set<std::string>& efi_files) {
  std::vector<Finding> findings;
  const auto ways = ways_to_start(record);
  for (const auto* way : kWays) {
    if (std::ranges::contains(ways, way)) continue;
    findings.push_back({std::format("the medium does not start as a '{}'", way), kMakeAnew});
  }
  for (const auto* file : kEfiFiles) {
    if (efi_files.contains(file)) continue;
    findings.push_back({std::format("the image for UEFI has no '{}'", file), kMakeAnew});
  }
  return findings;
}

}  // namespace muster::inspect
