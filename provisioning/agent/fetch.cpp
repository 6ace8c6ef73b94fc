#include "provisioning/agent/fetch.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <unistd.h>

#include "core/crypto/hash.h"
#include "core/os/files.h"
#include "core/os/http_client.h"
#include "core/os/jitter.h"
#include "core/os/uninterrupted.h"

namespace muster::agent {
namespace {

using provisioning::Artefact;

/// A file that is being received, with the hash of what it holds.
class Download {
 public:
  Download(const Artefact& artefact, const std::filesystem::path& path, const OnBytes& on_bytes)
      : artefact_(artefact), path_(path), on_bytes_(on_bytes) {}
  Download(const Download&) = delete;
  Download& operator=(const Download&) = delete;
  ~Download() { close(); }

  Status open() {
    close();
    fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd_ < 0)
      return fail(std::format("cannot write '{}': {}", path_.string(), std::strerror(errno)));
    size_ = 0;
    hash_.finish();
    return {};
  }

  /// Asks for what is missing. Errors: the transfer broke; what came stays and counts.
  Status receive(const std::string& url) {
    problem_.clear();
    const auto response =
        os::send({.url = url, .offset = size_, .on_data = [this](std::string_view piece) {
                    return take(piece);
                  }});
    if (!problem_.empty()) return fail(problem_);
    if (!response) return std::unexpected(response.error());
    const bool wanted = response->status == 200 || response->status == 206;
    if (!wanted) return fail(std::format("the head answered {}", response->status));
    return {};
  }

  /// Errors: the server's file is shorter than promised; the hash is wrong.
  Status finish() {
    if (size_ < artefact_.size.count) {
      return fail(std::format("only {} of {} bytes came", size_, artefact_.size.count));
    }
    const std::string digest = hash_.finish();
    if (digest != artefact_.sha256) {
      return fail(std::format("wrong hash {}…, expected {}…", digest.substr(0, 12),
                              artefact_.sha256.substr(0, 12)));
    }
    return {};
  }

 private:
  bool take(std::string_view piece) {
    if (size_ + piece.size() > artefact_.size.count) {
      problem_ = std::format("more than the {} bytes promised came", artefact_.size.count);
      return false;
    }
    while (!piece.empty()) {
      const ssize_t count =
          os::uninterrupted([&] { return write(fd_, piece.data(), piece.size()); });
      if (count < 0) {
        problem_ = errno == ENOSPC ? "memory is full" : std::strerror(errno);
        return false;
      }
      // Only what is in the file counts: the next try goes on after it.
      const auto written = static_cast<std::size_t>(count);
      hash_.update(piece.substr(0, written));
      size_ += written;
      piece.remove_prefix(written);
    }
    on_bytes_(Bytes{size_});
    return true;
  }

  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

  const Artefact& artefact_;
  const std::filesystem::path& path_;
  const OnBytes& on_bytes_;
  crypto::Sha256 hash_;
  std::uint64_t size_ = 0;
  std::string problem_;
  int fd_ = -1;
};

}  // namespace

Status fetch(const std::string& url, const Artefact& artefact, const std::filesystem::path& path,
             const OnBytes& on_bytes, std::chrono::milliseconds pause) {
  Download download(artefact, path, on_bytes);
  TRY(download.open());
  Error last;
  for (int attempt = 1; attempt <= kFetchTries; ++attempt) {
    Status done = download.receive(url);
    if (done) {
      done = download.finish();
      if (done) return {};
      // What came whole and is wrong is of no use for going on.
      TRY(download.open());
    }
    last = done.error();
    if (attempt < kFetchTries) os::pause_with_jitter(pause * attempt);
  }
  TRY(os::remove_tree(path));
  return fail(std::format("'{}': {} (tried {} times)", artefact.path, last.message, kFetchTries));
}

}  // namespace muster::agent
