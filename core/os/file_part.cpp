#include "core/os/file_part.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <functional>
#include <string_view>
#include <unistd.h>
#include <vector>

#include "core/crypto/hash.h"
#include "core/os/handle.h"
#include "core/os/uninterrupted.h"

namespace muster::os {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kPartPiece = 1U << 20U;

std::unexpected<Error> cannot_read(const fs::path& path) {
  return fail(std::format("cannot read '{}': {}", path.string(), std::strerror(errno)));
}

Result<Handle> open_to_read(const fs::path& path) {
  // Without O_NONBLOCK a pipe that nobody writes would be waited for.
  Handle file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return cannot_read(path);
  return file;
}

Status read_part(const Handle& file, const fs::path& path, const FilePart& part,
                 const std::function<void(std::string_view)>& take) {
  std::vector<char> buffer(std::min(kPartPiece, part.size));
  for (std::uint64_t done = 0; done < part.size;) {
    const std::uint64_t wanted = std::min<std::uint64_t>(buffer.size(), part.size - done);
    const ssize_t count = uninterrupted([&] {
      return pread(file.get(), buffer.data(), wanted, static_cast<off_t>(part.offset + done));
    });
    if (count < 0) return cannot_read(path);
    if (count == 0) {
      return fail(std::format("'{}' ends before byte {}", path.string(), part.offset + part.size),
                  "it is not whole: make it or fetch it again");
    }
    take({buffer.data(), static_cast<std::size_t>(count)});
    done += static_cast<std::uint64_t>(count);
  }
  return {};
}

Status read_all_parts(const fs::path& path, std::span<const FilePart> parts,
                      const std::function<void(std::string_view)>& take) {
  TRY_ASSIGN(const Handle file, open_to_read(path));
  for (const FilePart& part : parts) TRY(read_part(file, path, part, take));
  return {};
}

}  // namespace

Result<std::string> read_parts(const fs::path& path, std::span<const FilePart> parts) {
  std::string bytes;
  TRY(read_all_parts(path, parts, [&](std::string_view piece) { bytes.append(piece); }));
  return bytes;
}

Status copy_parts(const fs::path& from, std::span<const FilePart> parts, const fs::path& to) {
  const Handle file(open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  int error = file ? 0 : errno;
  if (error == 0) {
    TRY(read_all_parts(from, parts, [&](std::string_view piece) {
      if (error == 0) error = write_all(file.get(), piece);
    }));
  }
  if (error == 0) return {};
  return fail(std::format("cannot write '{}': {}", to.string(), std::strerror(error)));
}

Result<std::uint64_t> size_of(const fs::path& path) {
  TRY_ASSIGN(const Handle file, open_to_read(path));
  const off_t end = lseek(file.get(), 0, SEEK_END);
  if (end < 0) return cannot_read(path);
  return static_cast<std::uint64_t>(end);
}

Result<std::string> read_as_far_as_there(const fs::path& path, FilePart part) {
  TRY_ASSIGN(const auto size, size_of(path));
  part.size = std::min(part.size, size - std::min(size, part.offset));
  return read_parts(path, {&part, 1});
}

Status overwrite(const fs::path& path, std::uint64_t offset, std::string_view bytes) {
  const Handle file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  while (file && !bytes.empty()) {
    const ssize_t count = uninterrupted(
        [&] { return pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset)); });
    if (count <= 0) break;
    bytes.remove_prefix(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  if (file && bytes.empty()) return {};
  return fail(std::format("cannot write '{}': {}", path.string(), std::strerror(errno)));
}

Result<std::string> sha256_parts(const fs::path& path, std::span<const FilePart> parts) {
  crypto::Sha256 hash;
  TRY(read_all_parts(path, parts, [&](std::string_view piece) { hash.update(piece); }));
  return hash.finish();
}

}  // namespace muster::os
