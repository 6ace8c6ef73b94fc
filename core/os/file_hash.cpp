#include "core/os/file_hash.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <unistd.h>
#include <vector>

#include "core/crypto/hash.h"
#include "core/os/uninterrupted.h"

namespace muster::os {
namespace {

using crypto::Hash;

Result<std::string> hash_file(const std::filesystem::path& path, Hash::Kind kind) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return fail(std::format("cannot read '{}': {}", path.string(), std::strerror(errno)));
  }
  Hash hash(kind);
  std::vector<char> buffer(1U << 20U);
  ssize_t count = 0;
  while ((count = uninterrupted([&] { return read(fd, buffer.data(), buffer.size()); })) > 0) {
    hash.update({buffer.data(), static_cast<std::size_t>(count)});
  }
  const int error = errno;
  close(fd);
  if (count < 0) {
    return fail(std::format("cannot read '{}': {}", path.string(), std::strerror(error)));
  }
  return hash.finish();
}

}  // namespace

Result<std::string> sha256_file(const std::filesystem::path& path) {
  return hash_file(path, Hash::Kind::sha256);
}

Result<std::string> sha1_file(const std::filesystem::path& path) {
  return hash_file(path, Hash::Kind::sha1);
}

}  // namespace muster::os
