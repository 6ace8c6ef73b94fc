#pragma once
// A part of a large file, such as a file inside an image: read or hashed where it lies.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace muster::os {

/// Bytes of a file, counted from its beginning.
struct FilePart {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  bool operator==(const FilePart&) const = default;
};

/// The bytes of the parts, one after the other. Errors: the file ends before a part does; it cannot
/// be read.
Result<std::string> read_parts(const std::filesystem::path& path, std::span<const FilePart> parts);

/// Writes the bytes of the parts to a new file that nobody else reads. Errors: as read_parts;
/// something is at `to` already; the disk.
Status copy_parts(const std::filesystem::path& from, std::span<const FilePart> parts,
                  const std::filesystem::path& to);

/// The bytes of a part as far as the file has them. Errors: as read_parts.
Result<std::string> read_as_far_as_there(const std::filesystem::path& path, FilePart part);

/// Bytes of a file or of a block device. Errors: it cannot be read.
Result<std::uint64_t> size_of(const std::filesystem::path& path);

/// Writes over bytes of a file, from `offset` on. Errors: it cannot be written.
Status overwrite(const std::filesystem::path& path, std::uint64_t offset, std::string_view bytes);

/// The hash of the bytes of the parts, as crypto::sha256.
Result<std::string> sha256_parts(const std::filesystem::path& path,
                                 std::span<const FilePart> parts);

}  // namespace muster::os
