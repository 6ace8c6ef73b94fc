#include "core/crypto/keys.h"

#include <array>
#include <format>
#include <openssl/err.h>

namespace muster::crypto {
namespace {

constexpr std::size_t kPublicSize = 32;
constexpr std::size_t kSignatureSize = 64;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::unexpected<Error> crypto_error(std::string_view what, ErrorKind kind) {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  ERR_clear_error();
  return fail(kind, std::format("cannot {}: {}", what, text.data()));
}

int no_password(char*, int, int, void*) noexcept { return 0; }

Bio reading(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string written(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string key_pem(EVP_PKEY* key) {
  return pem([&](BIO* bio) {
    return PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
}

Result<Key> parse_key(const std::string& text) {
  Key key(PEM_read_bio_PrivateKey(reading(text).get(), nullptr, no_password, nullptr));
  if (!key) return crypto_error("read the private key");
  return key;
}

std::string make_ed25519_key() {
  const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  CHECK(key != nullptr);
  return key_pem(key.get());
}

Result<Ed25519Key> Ed25519Key::parse(const std::string& text) {
  TRY_ASSIGN(Key key, parse_key(text));
  if (EVP_PKEY_is_a(key.get(), "ED25519") != 1) return fail("not an Ed25519 key");
  return Ed25519Key(std::move(key));
}

Result<std::string> Ed25519Key::public_part() const {
  std::array<unsigned char, kPublicSize> part{};
  std::size_t size = part.size();
  if (EVP_PKEY_get_raw_public_key(key_.get(), part.data(), &size) != 1 || size != part.size()) {
    return crypto_error("read the public key");
  }
  return std::string(part.begin(), part.end());
}

Result<std::string> Ed25519Key::sign(std::string_view bytes) const {
  const std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  std::array<unsigned char, kSignatureSize> signature{};
  std::size_t size = signature.size();
  if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, bytes_of(bytes), bytes.size()) != 1) {
    return crypto_error("sign");
  }
  return std::string(signature.begin(), signature.begin() + static_cast<std::ptrdiff_t>(size));
}

}  // namespace muster::crypto
