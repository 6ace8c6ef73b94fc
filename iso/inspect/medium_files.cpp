#include "iso/inspect/medium_files.h"

#include <algorithm>
#include <array>
#include <format>
#include <optional>

#include "core/base/text.h"
#include "core/base/units.h"

namespace muster::inspect {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kBlock = 2048;
constexpr auto kDamaged = "the ISO is damaged or was changed: make it or fetch it again";

/// A part of a file as xorriso lists it; it says the size of the whole file with each part.
struct Extent {
  std::string path;
  std::uint64_t offset = 0;
  /// Of the part, in whole blocks.
  std::uint64_t room = 0;
  std::uint64_t file_size = 0;
};

/// "File data lba:  0 ,     2364 ,        1 ,       73 , '/.disk/info'": extent, block, blocks,
/// bytes, path.
std::optional<Extent> parse_extent(std::string_view line) {
  static constexpr std::string_view kStart = "File data lba:";
  if (!line.starts_with(kStart)) return std::nullopt;
  line.remove_prefix(kStart.size());
  std::array<std::uint64_t, 4> numbers{};
  for (auto& number : numbers) {
    const auto comma = line.find(',');
    if (comma == std::string_view::npos) return std::nullopt;
    const auto value = parse_number(trim(line.substr(0, comma)));
    if (!value) return std::nullopt;
    number = *value;
    line.remove_prefix(comma + 1);
  }
  line = trim(line);
  if (!line.starts_with("'/") || !line.ends_with('\'')) return std::nullopt;
  return Extent{.path = std::string(line.substr(2, line.size() - 3)),
                .offset = numbers[1] * kBlock,
                .room = numbers[2] * kBlock,
                .file_size = numbers[3]};
}

}  // namespace

std::uint64_t total_size(const std::vector<os::FilePart>& parts) {
  std::uint64_t size = 0;
  for (const auto& part : parts) size += part.size;
  return size;
}

Result<MediumFiles> parse_lba_report(std::string_view text) {
  MediumFiles files;
  for (const auto& line : lines(text)) {
    if (line.starts_with("Report layout:") || line.empty()) continue;
    const auto extent = parse_extent(line);
    if (!extent) return fail(std::format("xorriso says '{}' of a file", printable(line)));
    auto& parts = files[extent->path];
    const std::uint64_t left = extent->file_size - std::min(total_size(parts), extent->file_size);
    parts.push_back({.offset = extent->offset, .size = std::min(extent->room, left)});
  }
  return files;
}

std::string xorriso_address(const fs::path& iso) { return "stdio:" + fs::absolute(iso).string(); }

Result<MediumFiles> list_medium(os::CommandRunner& runner, const fs::path& iso) {
  TRY_ASSIGN(const auto text,
             os::run_checked(runner, {.argv = {"xorriso", "-indev", xorriso_address(iso), "-find",
                                               "/", "-type", "f", "-exec", "report_lba", "--"}}));
  return parse_lba_report(text);
}

Result<std::string> read_medium_file(const fs::path& iso, const MediumFiles& files,
                                     const std::string& path) {
  const auto file = files.find(path);
  if (file == files.end()) {
    return fail(ErrorKind::absent, std::format("'{}' is not on the medium", path), kDamaged);
  }
  const auto size = total_size(file->second);
  if (size > kLargestText) {
    return fail(std::format("'{}' has {}, and no such file is so large", path, human(Bytes{size})),
                kDamaged);
  }
  return os::read_parts(iso, file->second);
}

Result<Checksums> parse_checksums(std::string_view text) {
  static constexpr std::size_t kHash = 64;
  static constexpr std::string_view kBetween = "  ";
  Checksums checksums;
  for (const auto& line : lines(text)) {
    if (line.size() <= kHash + kBetween.size() || line.substr(kHash, 2) != kBetween) {
      return fail(std::format("'{}' is no hash with a name", printable(line)), kDamaged);
    }
    checksums[line.substr(kHash + kBetween.size())] = line.substr(0, kHash);
  }
  return checksums;
}

Result<Checksums> hash_medium(const fs::path& iso, const MediumFiles& files) {
  Checksums checksums;
  for (const auto& [path, parts] : files) {
    TRY_ASSIGN(checksums[path], os::sha256_parts(iso, parts));
  }
  return checksums;
}

std::vector<Finding> compare_checksums(const Checksums& listed, const Checksums& found) {
  std::vector<Finding> findings;
  for (const auto& [path, hash] : listed) {
    const auto there = found.find(path);
    if (there == found.end()) {
      findings.push_back({std::format("'{}' of SHA256SUMS is not there", path), kDamaged});
    } else if (there->second != hash) {
      findings.push_back({std::format("'{}' is not what SHA256SUMS says", path), kDamaged});
    }
  }
  for (const auto& [path, hash] : found) {
    if (listed.contains(path) || path == kChecksumFile) continue;
    findings.push_back({std::format("'{}' is not in SHA256SUMS", path), kDamaged});
  }
  return findings;
}

}  // namespace muster::inspect
