#pragma once
// Reads an extension's archive, NAME-VERSION.tgz, by libarchive: gzip and tar, plain files and
// directories. Every other thing that tar can say is refused, and the error names the entry and the
// rule (docs/extensions.md). Pure: what is read is given to a sink.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "extensions/specification.h"

namespace muster::package {

/// An entry that obeys all rules.
struct ArchiveEntry {
  enum class Kind { file, directory };
  Kind kind = Kind::file;
  /// check_packed_path; a directory's has no '/' at its end.
  std::string path;
  /// Bytes; of a file.
  std::uint64_t size = 0;
  extensions::Executable executable = extensions::Executable::no;
};

/// Takes what an archive has. An error of a sink ends the reading.
class ArchiveSink {
 public:
  virtual ~ArchiveSink() = default;
  /// A directory comes whole. A file's content comes in pieces then, and `end_file` after the last.
  virtual Status begin(const ArchiveEntry& entry) = 0;
  virtual Status write(std::string_view piece) = 0;
  virtual Status end_file() = 0;
};

/// Whether names may begin with "./", as those of `tar -czf FILE .` do. The sink gets them without.
enum class Dots { refused, allowed };

/// `packed`: the whole archive, at most kMostArchive bytes. Errors (invalid): the archive, or an
/// entry of it, breaks a rule; and what the sink says.
Status read_archive(std::string_view packed, ArchiveSink& sink, Dots dots = Dots::refused);

/// What files an archive has, with their hashes, in the order of the archive. Errors: as
/// read_archive.
Result<std::vector<extensions::PackedFile>> list_archive(std::string_view packed);

/// A file that is put into an archive.
struct SourceFile {
  std::string path;
  std::string content;
  extensions::Executable executable = extensions::Executable::no;
};

/// The bytes of an archive of these files. The same files give the same bytes: they are sorted, and
/// belong to root at the beginning of 1970. Errors (invalid): check_packed_path; limits.h.
Result<std::string> write_archive(std::vector<SourceFile> files);

}  // namespace muster::package
