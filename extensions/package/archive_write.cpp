// Writes an archive that is the same for the same files.

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <format>
#include <memory>

#include "core/base/text.h"
#include "extensions/limits.h"
#include "extensions/package/archive.h"
#include "extensions/packed_path.h"

namespace muster::package {

using namespace extensions;
namespace {

struct FreeWriter {
  void operator()(archive* writer) const { archive_write_free(writer); }
};
struct FreeEntry {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};
using Writer = std::unique_ptr<archive, FreeWriter>;
using Entry = std::unique_ptr<archive_entry, FreeEntry>;

std::unexpected<Error> writing_failed(archive* writer) {
  const char* const text = archive_error_string(writer);
  return fail(std::format("cannot write the archive: {}",
                          text == nullptr ? "unknown error" : printable(text, 200)));
}

la_ssize_t append_to(archive*, void* bytes, const void* piece, std::size_t size) {
  static_cast<std::string*>(bytes)->append(static_cast<const char*>(piece), size);
  return static_cast<la_ssize_t>(size);
}

Result<Writer> open_writer(std::string& bytes) {
  Writer writer(archive_write_new());
  CHECK(writer != nullptr);
  archive* const w = writer.get();
  // The GNU format for names of more than 100 bytes; without a time in the gzip header, and without
  // zeros behind its end.
  const bool is_ready =
      archive_write_add_filter_gzip(w) == ARCHIVE_OK &&
      archive_write_set_bytes_in_last_block(w, 1) == ARCHIVE_OK &&
      archive_write_set_filter_option(w, "gzip", "timestamp", nullptr) == ARCHIVE_OK &&
      archive_write_set_filter_option(w, "gzip", "compression-level", "9") == ARCHIVE_OK &&
      archive_write_set_format_gnutar(w) == ARCHIVE_OK &&
      archive_write_open(w, &bytes, nullptr, append_to, nullptr) == ARCHIVE_OK;
  if (is_ready) return writer;
  return writing_failed(w);
}

Status write_file(archive* writer, const SourceFile& file) {
  const Entry entry(archive_entry_new());
  CHECK(entry != nullptr);
  archive_entry_set_pathname(entry.get(), file.path.c_str());
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), file.executable == Executable::yes ? 0755 : 0644);
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(file.content.size()));
  archive_entry_set_mtime(entry.get(), 0, 0);
  archive_entry_set_uname(entry.get(), "root");
  archive_entry_set_gname(entry.get(), "root");
  if (archive_write_header(writer, entry.get()) != ARCHIVE_OK) return writing_failed(writer);
  const la_ssize_t written = archive_write_data(writer, file.content.data(), file.content.size());
  if (std::cmp_not_equal(written, file.content.size())) return writing_failed(writer);
  return {};
}

Status check_files(const std::vector<SourceFile>& files) {
  PackedPaths paths;
  std::uint64_t total = 0;
  for (const SourceFile& file : files) {
    TRY(paths.add(file.path, PackedPaths::Kind::file));
    total += file.content.size();
    if (file.content.size() > kMostFile || total > kMostUnpacked) {
      return fail(
          ErrorKind::invalid, std::format("'{}' makes the extension too large", file.path),
          std::format("a file may have {} bytes, and all together {}", kMostFile, kMostUnpacked));
    }
  }
  return {};
}

}  // namespace

Result<std::string> write_archive(std::vector<SourceFile> files) {
  std::ranges::sort(files, {}, &SourceFile::path);
  TRY(check_files(files));
  std::string bytes;
  TRY_ASSIGN(const Writer writer, open_writer(bytes));
  for (const SourceFile& file : files) TRY(write_file(writer.get(), file));
  if (archive_write_close(writer.get()) != ARCHIVE_OK) return writing_failed(writer.get());
  return bytes;
}

}  // namespace muster::package
