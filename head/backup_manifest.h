#pragma once
// What a backup says of itself: manifest.json, the first file in it. The format is described in
// docs/reference/backup.md.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace muster::head {

/// More than Muster ever has: a manifest with more is refused, and none is written.
inline constexpr std::size_t kMostBackupFiles = 10'000;

struct BackupFile {
  /// Where it was and belongs: state_places.h.
  std::string path;
  std::uint64_t size = 0;
  /// SHA-256, 64 lower-case hexadecimal digits.
  std::string sha256;
  /// Permission bits.
  std::uint32_t mode = 0600;
  bool operator==(const BackupFile&) const = default;
};

struct BackupManifest {
  /// The version of Muster that made it.
  std::string version;
  /// The cluster's name, the head's host name and its address in the cluster's network.
  std::string cluster;
  std::string head;
  std::string address;
  /// Milliseconds since 1970-01-01 UTC.
  std::int64_t made_ms = 0;
  /// The schema of the database's tables (core/state); 0: it is damaged.
  std::int64_t schema = 0;
  std::vector<BackupFile> files = {};
  bool operator==(const BackupManifest&) const = default;
};

std::string render_manifest(const BackupManifest& manifest);

/// Errors: it is none (invalid), with the member that is wrong; a newer version made it (conflict);
/// it names a file that no backup has, or one twice (invalid).
Result<BackupManifest> parse_manifest(std::string_view text);

}  // namespace muster::head
