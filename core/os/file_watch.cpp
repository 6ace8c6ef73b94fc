#include "core/os/file_watch.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <sys/inotify.h>

#include "core/os/uninterrupted.h"

namespace muster::os {
namespace {

/// Forgets the pending events: the read that follows sees everything they stand for.
void drain(const Handle& watch) {
  std::array<char, 4096> buffer;
  while (::read(watch.get(), buffer.data(), buffer.size()) > 0) {
  }
}

}  // namespace

Result<GrowingFile> GrowingFile::open(const std::filesystem::path& path) {
  Handle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) {
    return fail(std::format("cannot read '{}': {}", path.string(), std::strerror(errno)));
  }
  Handle watch(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!watch || inotify_add_watch(watch.get(), path.c_str(), IN_MODIFY) < 0) {
    return fail(std::format("cannot watch '{}': {}", path.string(), std::strerror(errno)));
  }
  return GrowingFile(std::move(file), std::move(watch));
}

Result<std::string> GrowingFile::read() {
  drain(watch_);
  std::string added;
  std::array<char, 65536> buffer;
  while (true) {
    const ssize_t count =
        uninterrupted([&] { return ::read(file_.get(), buffer.data(), buffer.size()); });
    if (count < 0) return fail(std::format("cannot read: {}", std::strerror(errno)));
    if (count == 0) return added;
    added.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace muster::os
