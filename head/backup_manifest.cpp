#include "head/backup_manifest.h"

#include <algorithm>
#include <format>
#include <set>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/json/members.h"
#include "head/state_places.h"

namespace muster::head {
namespace {

/// Grows when a reader of the present one could not read the next.
constexpr int kFormat = 1;
constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 40U;
constexpr std::uint64_t kPermissions = 0777;
constexpr std::uint64_t kLatest = std::uint64_t{1} << 53U;

bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

BackupFile parse_file(const nlohmann::json& value, json::Problems& problems,
                      const std::string& place) {
  json::Members members(value, problems, place);
  BackupFile file{
      .path = members.text("path", 4096),
      .size = members.number("size", 0, kLargestFile),
      .sha256 = members.word("sha256", 64),
      .mode = static_cast<std::uint32_t>(members.number("mode", 0, kPermissions)),
  };
  if (!is_sha256(file.sha256)) problems.add(members.path("sha256"), "is no SHA-256");
  if (!is_backed_up(file.path)) {
    problems.add(members.path("path"),
                 std::format("is '{}', a file that no backup has", printable(file.path, 100)));
  }
  return file;
}

std::vector<BackupFile> parse_files(json::Members& members, json::Problems& problems) {
  const nlohmann::json& list = members.list("files");
  std::vector<BackupFile> files;
  if (list.size() > kMostBackupFiles) {
    problems.add("files", std::format("has more than {} files", kMostBackupFiles));
    return files;
  }
  std::set<std::string> seen;
  for (const nlohmann::json& value : list) {
    const std::string place = std::format("files[{}]", files.size());
    files.push_back(parse_file(value, problems, place));
    if (!seen.insert(files.back().path).second) problems.add(place, "is there twice");
  }
  return files;
}

}  // namespace

std::string render_manifest(const BackupManifest& manifest) {
  nlohmann::json files = nlohmann::json::array();
  for (const BackupFile& file : manifest.files) {
    files.push_back(
        {{"path", file.path}, {"size", file.size}, {"sha256", file.sha256}, {"mode", file.mode}});
  }
  return nlohmann::json{{"format", kFormat},           {"version", manifest.version},
                        {"cluster", manifest.cluster}, {"head", manifest.head},
                        {"address", manifest.address}, {"made_ms", manifest.made_ms},
                        {"schema", manifest.schema},   {"files", std::move(files)}}
             .dump(1) +
         "\n";
}

Result<BackupManifest> parse_manifest(std::string_view text) {
  TRY_ASSIGN(const json::Value value, json::parse_object(text, {.bytes = 16U << 20U}));
  json::Problems problems;
  json::Members members(value, problems);
  const std::uint64_t format = members.number("format", 1, 1'000'000);
  BackupManifest manifest{.version = members.word("version", 64)};
  TRY(problems.status());
  if (format > kFormat) {
    return fail(ErrorKind::conflict,
                std::format("the backup was made by Muster {}, whose backups this version does not "
                            "read",
                            manifest.version),
                "restore it with that version or a newer one");
  }
  manifest.cluster = members.word("cluster", 64);
  manifest.head = members.word("head", 64);
  manifest.address = members.word("address", 64);
  manifest.made_ms = static_cast<std::int64_t>(members.number("made_ms", 0, kLatest));
  manifest.schema = static_cast<std::int64_t>(members.number("schema", 0, 1'000'000));
  manifest.files = parse_files(members, problems);
  if (!std::ranges::contains(manifest.files, kDatabase, &BackupFile::path)) {
    problems.add("files", std::format("has no '{}'", kDatabase));
  }
  TRY(problems.status());
  return manifest;
}

}  // namespace muster::head
