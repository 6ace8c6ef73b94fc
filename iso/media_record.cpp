#include "iso/media_record.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "core/crypto/hash.h"
#include "core/os/files.h"

namespace muster::iso {
namespace {

namespace fs = std::filesystem;

fs::path record_path(const fs::path& folder, const fs::path& out) {
  const auto name = crypto::sha256(fs::absolute(out).string()).substr(0, 16);
  return folder / "media" / (name + ".json");
}

/// What tells that a file on disk is still the one that was written.
nlohmann::json stamp_of(const fs::path& file) {
  return {{"size", fs::file_size(file)},
          {"time", fs::last_write_time(file).time_since_epoch().count()}};
}

bool is_complete(const MediaFiles& files) {
  return std::ranges::all_of(
      std::array{files.iso, files.checksum, files.packages, files.spdx, files.lock},
      [](const fs::path& file) {
        std::error_code error;
        return fs::is_regular_file(file, error);
      });
}

}  // namespace

MediaFiles media_files(const fs::path& out) {
  const auto beside = [&](const char* ending) {
    return out.parent_path() / (out.stem().string() + ending);
  };
  return {.iso = out,
          .checksum = out.string() + ".sha256",
          .packages = beside(".packages"),
          .spdx = beside(".spdx.json"),
          .lock = beside(".lock.json")};
}

Status write_media_record(const fs::path& folder, const fs::path& out, const MediaRecord& record) {
  auto json = stamp_of(out);
  json["id"] = record.id;
  json["sha256"] = record.sha256;
  return os::write_file(record_path(folder, out), json.dump(1) + "\n");
}

std::optional<MediaRecord> find_media_record(const fs::path& folder, const fs::path& out) {
  if (!is_complete(media_files(out))) return std::nullopt;
  const auto text = os::read_file(record_path(folder, out));
  if (!text) return std::nullopt;
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto now = stamp_of(out);
  if (json.value("size", 0ULL) != now["size"] || json.value("time", 0LL) != now["time"]) {
    return std::nullopt;
  }
  return MediaRecord{.id = json.value("id", ""), .sha256 = json.value("sha256", "")};
}

}  // namespace muster::iso
