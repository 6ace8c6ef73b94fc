#include "extensions/package/archive.h"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <cerrno>
#include <format>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/text.h"
#include "core/crypto/hash.h"
#include "extensions/limits.h"
#include "extensions/package/gunzip.h"
#include "extensions/packed_path.h"

namespace muster::package {

using namespace extensions;
namespace {

struct FreeReader {
  void operator()(archive* reader) const { archive_read_free(reader); }
};
using Reader = std::unique_ptr<archive, FreeReader>;

constexpr std::string_view kRemedy =
    "make it with 'muster ext pack', or with 'tar --format=gnu -czf FILE *' in its directory";

std::unexpected<Error> refuse_entry(std::string_view path, std::string_view rule) {
  return fail(ErrorKind::invalid, std::format("'{}' {}", printable(path, kLongestPath), rule),
              std::string(kRemedy));
}

/// Gives libarchive the content of the gzip file, and keeps why it could not.
struct Source {
  Gunzip gunzip;
  std::optional<Error> error = {};
  /// What was given last, and how much was given before it.
  std::string_view piece = {};
  std::uint64_t before = 0;

  Result<std::string_view> next() {
    before += piece.size();
    TRY_ASSIGN(piece, gunzip.next());
    return piece;
  }

  static la_ssize_t read(archive* reader, void* self, const void** piece) {
    auto& source = *static_cast<Source*>(self);
    const auto next = source.next();
    if (!next) {
      source.error = next.error();
      archive_set_error(reader, EINVAL, "the gzip file");
      return -1;
    }
    *piece = next->data();
    return static_cast<la_ssize_t>(next->size());
  }
};

/// What libarchive says, or the reason that it was given.
std::unexpected<Error> reading_failed(archive* reader, const Source& source) {
  if (source.error) return std::unexpected(*source.error);
  const char* const text = archive_error_string(reader);
  return fail(ErrorKind::invalid,
              std::format("it is not a tar archive, or damaged: {}",
                          text == nullptr ? "unknown error" : printable(text, 200)),
              std::string(kRemedy));
}

Result<Reader> open_reader(Source& source) {
  Reader reader(archive_read_new());
  CHECK(reader != nullptr);
  // Nothing but tar: the formats that had most defects are not even there.
  archive_read_support_filter_none(reader.get());
  archive_read_support_format_tar(reader.get());
  if (archive_read_open(reader.get(), &source, nullptr, Source::read, nullptr) == ARCHIVE_OK) {
    return reader;
  }
  return reading_failed(reader.get(), source);
}

/// What a header says beside its path and content that an extension may not have.
Status check_extras(std::string_view path, archive* reader, archive_entry* entry) {
  if (archive_format(reader) == ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE) {
    return refuse_entry(path, "has an extended header (pax)");
  }
  if (archive_entry_hardlink(entry) != nullptr) return refuse_entry(path, "is a hard link");
  if (archive_entry_symlink(entry) != nullptr) return refuse_entry(path, "is a symbolic link");
  if (archive_entry_sparse_reset(entry) != 0) return refuse_entry(path, "is a sparse file");
  if (archive_entry_xattr_reset(entry) != 0) return refuse_entry(path, "has extended attributes");
  if (archive_entry_acl_types(entry) != 0) return refuse_entry(path, "has an access list");
  if (archive_entry_fflags_text(entry) != nullptr) return refuse_entry(path, "has file flags");
  constexpr unsigned kSpecial = 07000;
  if ((archive_entry_perm(entry) & kSpecial) != 0) {
    return refuse_entry(path, "is setuid, setgid or sticky");
  }
  return {};
}

Status check_type(std::string_view path, archive_entry* entry) {
  switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
    case AE_IFDIR:
      return {};
    case AE_IFLNK:
      return refuse_entry(path, "is a symbolic link");
    case AE_IFIFO:
      return refuse_entry(path, "is a pipe");
    case AE_IFCHR:
    case AE_IFBLK:
      return refuse_entry(path, "is a device");
    default:
      return refuse_entry(path, "is neither a file nor a directory");
  }
}

/// Headers, one after the other, and what they were until now.
class Entries {
 public:
  explicit Entries(Dots dots) : dots_(dots) {}

  /// An entry without a path is the directory of all others.
  Result<ArchiveEntry> read(archive* reader, archive_entry* entry) {
    const char* const name = archive_entry_pathname(entry);
    if (name == nullptr) return fail(ErrorKind::invalid, "an entry has no readable name");
    std::string_view path = name;
    name_size_ = path.size();
    if (dots_ == Dots::allowed && path.starts_with("./")) path.remove_prefix(2);
    TRY(check_extras(name, reader, entry));
    TRY(check_type(name, entry));
    const bool is_directory = archive_entry_filetype(entry) == AE_IFDIR;
    // tar writes "name/" for a directory.
    if (is_directory && path.ends_with('/')) path.remove_suffix(1);
    if (!is_directory && path.ends_with('/'))
      return refuse_entry(path, "is a file with a '/' at its end");
    const bool is_root = path.empty() && is_directory && name_size_ == 2;
    using Kind = PackedPaths::Kind;
    if (is_root) return ArchiveEntry{.kind = ArchiveEntry::Kind::directory, .path = {}};
    if (Status fits = paths_.add(path, is_directory ? Kind::directory : Kind::file); !fits) {
      return fail(ErrorKind::invalid, fits.error().message, std::string(kRemedy));
    }
    ArchiveEntry made{
        .kind = is_directory ? ArchiveEntry::Kind::directory : ArchiveEntry::Kind::file,
        .path = std::string(path)};
    TRY(read_size(entry, made));
    const bool is_program = !is_directory && (archive_entry_perm(entry) & 0111U) != 0;
    made.executable = is_program ? Executable::yes : Executable::no;
    return made;
  }
  /// Of the entry that was read last, as the archive has it.
  std::size_t name_size() const { return name_size_; }

 private:
  Status read_size(archive_entry* entry, ArchiveEntry& made) {
    const la_int64_t size = archive_entry_size_is_set(entry) != 0 ? archive_entry_size(entry) : 0;
    if (size < 0) return refuse_entry(made.path, "has a size below zero");
    made.size = static_cast<std::uint64_t>(size);
    if (made.kind == ArchiveEntry::Kind::directory && made.size != 0) {
      return refuse_entry(made.path, "is a directory with content");
    }
    if (made.size > kMostFile) {
      return refuse_entry(made.path, std::format("is larger than {} bytes", kMostFile));
    }
    total_ += made.size;
    if (total_ <= kMostUnpacked) return {};
    return refuse_entry(made.path,
                        std::format("makes the files larger than {} bytes", kMostUnpacked));
  }

  Dots dots_;
  PackedPaths paths_;
  std::size_t name_size_ = 0;
  std::uint64_t total_ = 0;
};

Status read_content(archive* reader, const Source& source, const ArchiveEntry& entry,
                    ArchiveSink& sink) {
  std::uint64_t done = 0;
  while (true) {
    const void* data = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int status = archive_read_data_block(reader, &data, &size, &offset);
    if (status == ARCHIVE_EOF) break;
    if (status != ARCHIVE_OK) return reading_failed(reader, source);
    // A gap would be a sparse file.
    if (std::cmp_not_equal(offset, done)) return refuse_entry(entry.path, "is a sparse file");
    done += size;
    if (done > entry.size) return refuse_entry(entry.path, "has more content than its header says");
    TRY(sink.write({static_cast<const char*>(data), size}));
  }
  if (done != entry.size) return refuse_entry(entry.path, "has less content than its header says");
  return sink.end_file();
}

constexpr std::uint64_t kBlock = 512;

std::uint64_t padded(std::uint64_t size) { return (size + kBlock - 1) / kBlock * kBlock; }

/// Where the next header must be, when one begins at `start`. A name that does not fit into a
/// header has a header and blocks of its own before it (tar(5), "GNU tar Archives").
/// `name`: the size of the name as it is written.
std::vector<std::uint64_t> ends_of(std::uint64_t start, const ArchiveEntry& entry,
                                   std::size_t name) {
  constexpr std::size_t kLongestInHeader = 100;
  const std::uint64_t plain = start + kBlock + padded(entry.size);
  if (name <= kLongestInHeader) return {plain};
  return {plain, plain + kBlock + padded(name + 1)};
}

/// libarchive passes over what it does not know. What lies between two entries, or behind the last
/// one, is nothing but the zeros of the end.
class Positions {
 public:
  /// `start`: where the entry was found.
  Status check_header(std::uint64_t start) const {
    if (std::ranges::contains(expected_, start)) return {};
    return fail(ErrorKind::invalid, "there is something between two entries that is no entry",
                std::string(kRemedy));
  }
  void note(std::uint64_t start, const ArchiveEntry& entry, std::size_t name) {
    expected_ = ends_of(start, entry, name);
  }

  /// `read`: how much libarchive has used when it found the end.
  Status check_end(std::uint64_t read, Source& source) const {
    if (read < source.before) return ends_badly();
    std::string_view piece = source.piece;
    piece.remove_prefix(std::min<std::size_t>(piece.size(), read - source.before));
    do {
      if (piece.find_first_not_of('\0') != std::string_view::npos) return ends_badly();
      TRY_ASSIGN(piece, source.next());
    } while (!piece.empty());
    // Two blocks of zeros are the end.
    const auto fits = [&](std::uint64_t end) { return read == end + 2 * kBlock; };
    return std::ranges::any_of(expected_, fits) ? Status() : ends_badly();
  }

 private:
  static std::unexpected<Error> ends_badly() {
    return fail(ErrorKind::invalid, "the archive does not end as tar ends one, with zeros only",
                std::string(kRemedy));
  }

  std::vector<std::uint64_t> expected_ = {0};
};

Status read_entries(archive* reader, Source& source, ArchiveSink& sink, Dots dots) {
  Entries entries(dots);
  Positions positions;
  while (true) {
    archive_entry* header = nullptr;
    const int status = archive_read_next_header(reader, &header);
    if (source.error) return std::unexpected(*source.error);
    if (status == ARCHIVE_EOF) break;
    // A warning is something that the reader made the best of.
    if (status != ARCHIVE_OK) return reading_failed(reader, source);
    const auto start = static_cast<std::uint64_t>(archive_read_header_position(reader));
    TRY(positions.check_header(start));
    TRY_ASSIGN(const ArchiveEntry entry, entries.read(reader, header));
    positions.note(start, entry, entries.name_size());
    if (entry.path.empty()) continue;
    TRY(sink.begin(entry));
    if (entry.kind == ArchiveEntry::Kind::file) TRY(read_content(reader, source, entry, sink));
  }
  return positions.check_end(static_cast<std::uint64_t>(archive_filter_bytes(reader, 0)), source);
}

/// Hashes what it is given.
class Lister final : public ArchiveSink {
 public:
  Status begin(const ArchiveEntry& entry) override {
    if (entry.kind == ArchiveEntry::Kind::directory) return {};
    files_.push_back({.path = entry.path, .size = entry.size, .executable = entry.executable});
    return {};
  }
  Status write(std::string_view piece) override {
    hash_.update(piece);
    return {};
  }
  Status end_file() override {
    files_.back().sha256 = hash_.finish();
    return {};
  }
  std::vector<PackedFile> take() { return std::move(files_); }

 private:
  crypto::Sha256 hash_;
  std::vector<PackedFile> files_;
};

}  // namespace

Status read_archive(std::string_view packed, ArchiveSink& sink, Dots dots) {
  if (packed.size() > kMostArchive) {
    return fail(ErrorKind::invalid, std::format("it has {} bytes, and at most {} are taken",
                                                packed.size(), kMostArchive));
  }
  Source source{.gunzip = Gunzip(packed)};
  TRY_ASSIGN(const Reader reader, open_reader(source));
  return read_entries(reader.get(), source, sink, dots);
}

Result<std::vector<PackedFile>> list_archive(std::string_view packed) {
  Lister lister;
  TRY(read_archive(packed, lister));
  return lister.take();
}

}  // namespace muster::package
