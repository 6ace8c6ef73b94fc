#include "core/crypto/hash.h"

#include <array>
#include <openssl/evp.h>
#include <span>

#include "core/base/text.h"

namespace muster::crypto {

struct Hash::Context {
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> evp{EVP_MD_CTX_new()};

  void start(Kind kind) {
    const EVP_MD* const function = kind == Kind::sha1 ? EVP_sha1() : EVP_sha256();
    CHECK(EVP_DigestInit_ex(evp.get(), function, nullptr) == 1);
  }
};

Hash::Hash(Kind kind) : kind_(kind), context_(std::make_unique<Context>()) {
  context_->start(kind_);
}
Hash::~Hash() = default;

void Hash::update(std::string_view bytes) {
  CHECK(EVP_DigestUpdate(context_->evp.get(), bytes.data(), bytes.size()) == 1);
}

std::string Hash::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  CHECK(EVP_DigestFinal_ex(context_->evp.get(), bytes.data(), &size) == 1);
  context_->start(kind_);
  return hex(std::span(bytes).first(size));
}

std::string sha256(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

std::string sha1(std::string_view bytes) {
  Hash hash(Hash::Kind::sha1);
  hash.update(bytes);
  return hash.finish();
}

}  // namespace muster::crypto
