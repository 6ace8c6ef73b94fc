#include "core/os/hash.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <unistd.h>
#include <vector>

#include "core/base/text.h"
#include "core/os/uninterrupted.h"

namespace muster::os {

struct Sha256::Context {
  EVP_MD_CTX* digest = EVP_MD_CTX_new();
  Context() { CHECK(EVP_DigestInit_ex(digest, EVP_sha256(), nullptr) == 1); }
  ~Context() { EVP_MD_CTX_free(digest); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {}
Sha256::~Sha256() = default;

void Sha256::update(std::string_view bytes) {
  CHECK(EVP_DigestUpdate(context_->digest, bytes.data(), bytes.size()) == 1);
}

std::string Sha256::finish() {
  std::array<unsigned char, 32> digest{};
  CHECK(EVP_DigestFinal_ex(context_->digest, digest.data(), nullptr) == 1);
  context_ = std::make_unique<Context>();
  return hex(digest);
}

std::string sha256(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

Result<std::string> sha256_file(const std::filesystem::path& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return fail(std::format("cannot read '{}': {}", path.string(), std::strerror(errno)));
  }
  Sha256 hash;
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

std::string random_hex(std::size_t bytes) {
  std::vector<unsigned char> buffer(bytes);
  CHECK(RAND_bytes(buffer.data(), static_cast<int>(bytes)) == 1);
  return hex(buffer);
}

}  // namespace muster::os
