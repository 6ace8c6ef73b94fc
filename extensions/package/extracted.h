#pragma once
// What muster-extract writes: the files of an archive, one after the other. For each a line
// "file SIZE 644|755 PATH" and so many bytes. The reader believes nothing of it: a file is taken
// when the specification has one with this path, size and hash. Pure.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "extensions/package/archive.h"
#include "extensions/specification.h"

namespace muster::package {

class FrameWriter final : public ArchiveSink {
 public:
  explicit FrameWriter(std::function<Status(std::string_view bytes)> write)
      : write_(std::move(write)) {}
  Status begin(const ArchiveEntry& entry) override;
  Status write(std::string_view piece) override { return write_(piece); }
  Status end_file() override { return {}; }

 private:
  std::function<Status(std::string_view bytes)> write_;
};

/// A file of a package; the content lies in the text that was read.
struct ExtractedFile {
  const extensions::PackedFile* file = nullptr;
  std::string_view content;
};

/// The files of a package, in the order of the archive: exactly those that its specification lists.
/// Errors (invalid): a file is missing, is one too many, or is another.
Result<std::vector<ExtractedFile>> parse_extracted(
    std::string_view frames, const std::vector<extensions::PackedFile>& listed);

/// The files of an archive of which no specification says anything, in its order. Errors (invalid):
/// it is not what muster-extract writes.
Result<std::vector<SourceFile>> parse_unlisted(std::string_view frames);

}  // namespace muster::package
