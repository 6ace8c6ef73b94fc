#include "core/os/hash.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <span>
#include <unistd.h>
#include <vector>

#include "core/base/text.h"
#include "core/os/uninterrupted.h"

namespace muster::os {

/// A hash of OpenSSL that is fed piece by piece.
class Digest {
 public:
  explicit Digest(const EVP_MD* kind) {
    CHECK(EVP_DigestInit_ex(context_.get(), kind, nullptr) == 1);
  }
  void update(std::string_view bytes) {
    CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
  }
  std::string finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned size = 0;
    CHECK(EVP_DigestFinal_ex(context_.get(), bytes.data(), &size) == 1);
    return hex(std::span(bytes).first(size));
  }

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_{EVP_MD_CTX_new()};
};

namespace {

Result<std::string> hash_file(const std::filesystem::path& path, const EVP_MD* kind) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return fail(std::format("cannot read '{}': {}", path.string(), std::strerror(errno)));
  }
  Digest digest(kind);
  std::vector<char> buffer(1U << 20U);
  ssize_t count = 0;
  while ((count = uninterrupted([&] { return read(fd, buffer.data(), buffer.size()); })) > 0) {
    digest.update({buffer.data(), static_cast<std::size_t>(count)});
  }
  const int error = errno;
  close(fd);
  if (count < 0) {
    return fail(std::format("cannot read '{}': {}", path.string(), std::strerror(error)));
  }
  return digest.finish();
}

}  // namespace

struct Sha256::Context {
  Digest digest{EVP_sha256()};
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {}
Sha256::~Sha256() = default;

void Sha256::update(std::string_view bytes) { context_->digest.update(bytes); }

std::string Sha256::finish() {
  std::string text = context_->digest.finish();
  context_ = std::make_unique<Context>();
  return text;
}

std::string sha256(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

Result<std::string> sha256_file(const std::filesystem::path& path) {
  return hash_file(path, EVP_sha256());
}

std::string sha1(std::string_view bytes) {
  Digest digest(EVP_sha1());
  digest.update(bytes);
  return digest.finish();
}

Result<std::string> sha1_file(const std::filesystem::path& path) {
  return hash_file(path, EVP_sha1());
}

std::string random_hex(std::size_t bytes) {
  std::vector<unsigned char> buffer(bytes);
  CHECK(RAND_bytes(buffer.data(), static_cast<int>(bytes)) == 1);
  return hex(buffer);
}

}  // namespace muster::os
