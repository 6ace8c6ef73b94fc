#pragma once
// What the cache remembers of a medium that was written somewhere, so that the next build knows
// whether it is still there and still the one that its inputs make.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace muster::iso {

struct MediaRecord {
  /// BuildReport::id and sha256.
  std::string id;
  std::string sha256;
  bool operator==(const MediaRecord&) const = default;
};

/// A medium and the files that belong beside it.
struct MediaFiles {
  std::filesystem::path iso;
  std::filesystem::path checksum;
  std::filesystem::path packages;
  std::filesystem::path spdx;
  std::filesystem::path lock;
};

/// Those of the medium at `out`. Pure.
MediaFiles media_files(const std::filesystem::path& out);

/// Remembers the medium that was just written at `out`; `folder` is that of the layers.
Status write_media_record(const std::filesystem::path& folder, const std::filesystem::path& out,
                          const MediaRecord& record);

/// What is known of the medium at `out`; none when nothing is, when it is another than the one that
/// was written, or when a file beside it is gone.
std::optional<MediaRecord> find_media_record(const std::filesystem::path& folder,
                                             const std::filesystem::path& out);

}  // namespace muster::iso
