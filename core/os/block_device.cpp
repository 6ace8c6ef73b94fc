#include "core/os/block_device.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <linux/fs.h>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "core/os/handle.h"
#include "core/os/uninterrupted.h"

namespace muster::os {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPiece = 4U << 20U;

std::unexpected<Error> device_error(std::string_view verb, const fs::path& path, int error) {
  const std::string_view hint = error == EBUSY    ? "unmount what is on it: umount DEVICE*"
                                : error == ENOSPC ? "take a larger one"
                                                  : "";
  return fail(std::format("cannot {} '{}': {}", verb, path.string(), std::strerror(error)),
              std::string(hint));
}

Result<Handle> open_file(const fs::path& path) {
  Handle file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return device_error("read", path, errno);
  return file;
}

/// O_EXCL on a block device: nobody has it mounted, and nobody mounts it meanwhile (open(2)).
Result<Handle> open_device(const fs::path& path, int flags) {
  Handle device(open(path.c_str(), flags | O_CLOEXEC | O_EXCL));
  if (!device) return device_error("open", path, errno);
  struct stat now{};
  if (fstat(device.get(), &now) != 0) return device_error("open", path, errno);
  if (!S_ISBLK(now.st_mode)) return fail(std::format("'{}' is no disk", path.string()));
  return device;
}

/// Fills the buffer as far as the file goes; the bytes that were read.
Result<std::size_t> read_piece(const Handle& file, std::vector<char>& buffer,
                               const fs::path& path) {
  std::size_t size = 0;
  while (size < buffer.size()) {
    const ssize_t count =
        uninterrupted([&] { return read(file.get(), buffer.data() + size, buffer.size() - size); });
    if (count < 0) return device_error("read", path, errno);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  return size;
}

/// What was written is on the device, and not only in this machine's memory any more.
Status settle(const Handle& device, const fs::path& path) {
  if (uninterrupted([&] { return fsync(device.get()); }) != 0) {
    return device_error("write", path, errno);
  }
  const int error = posix_fadvise(device.get(), 0, 0, POSIX_FADV_DONTNEED);
  if (error != 0) return device_error("write", path, error);
  return {};
}

/// Hands over a file piece by piece, each with its place, and says how far it is.
Status each_piece(const fs::path& path, const OnBytes& on_bytes,
                  const std::function<Status(std::string_view piece, std::uint64_t at)>& take) {
  TRY_ASSIGN(const Handle file, open_file(path));
  std::vector<char> buffer(kPiece);
  std::uint64_t at = 0;
  while (true) {
    TRY_ASSIGN(const std::size_t size, read_piece(file, buffer, path));
    if (size == 0) return {};
    TRY(take({buffer.data(), size}, at));
    at += size;
    if (on_bytes) on_bytes(at);
  }
}

}  // namespace

Status write_to_device(const fs::path& file, const fs::path& device, const OnBytes& on_bytes) {
  TRY_ASSIGN(const Handle to, open_device(device, O_WRONLY));
  TRY(each_piece(file, on_bytes, [&](std::string_view piece, std::uint64_t) -> Status {
    const int error = write_all(to.get(), piece);
    return error == 0 ? Status() : device_error("write", device, error);
  }));
  TRY(settle(to, device));
  // The kernel looks for the partitions of the image; a device without any is no matter.
  static_cast<void>(ioctl(to.get(), BLKRRPART));
  return {};
}

Status compare_with_device(const fs::path& file, const fs::path& device, const OnBytes& on_bytes) {
  TRY_ASSIGN(const Handle found, open_device(device, O_RDONLY));
  return each_piece(file, on_bytes, [&](std::string_view ours, std::uint64_t at) -> Status {
    std::vector<char> theirs(ours.size());
    TRY_ASSIGN(const std::size_t there, read_piece(found, theirs, device));
    const std::string_view read(theirs.data(), there);
    if (read == ours) return {};
    const auto same = std::ranges::mismatch(read, ours).in1 - read.begin();
    return fail(std::format("'{}' has other bytes than '{}' from byte {} on", device.string(),
                            file.string(), at + static_cast<std::uint64_t>(same)),
                "it is worn out or smaller than it says: take another one");
  });
}

}  // namespace muster::os
