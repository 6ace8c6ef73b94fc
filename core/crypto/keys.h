#pragma once
// Private keys, and what it takes to use OpenSSL (evp(7)) without leaks.

#include <memory>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace muster::crypto {

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;

/// What OpenSSL says of its last failure.
std::unexpected<Error> crypto_error(std::string_view what, ErrorKind kind = ErrorKind::world);

/// A password callback (pem_password_cb(3)) for texts that have none: OpenSSL's own would ask on a
/// terminal.
int no_password(char* buffer, int size, int rwflag, void* data) noexcept;

/// The text must live as long as the result.
Bio reading(const std::string& text);
std::string written(const Bio& bio);

/// What `write` writes to a BIO, which must succeed.
template <typename Write>
std::string pem(Write write) {
  const Bio bio(BIO_new(BIO_s_mem()));
  CHECK(write(bio.get()) == 1);
  return written(bio);
}

/// A private key as PEM, and back.
std::string key_pem(EVP_PKEY* key);
Result<Key> parse_key(const std::string& text);

/// A new Ed25519 private key (RFC 8032) as PEM.
std::string make_ed25519_key();

/// An Ed25519 private key, parsed once. Threads: several may sign at once.
class Ed25519Key {
 public:
  /// Errors: no PEM of an Ed25519 key.
  static Result<Ed25519Key> parse(const std::string& text);

  /// 32 bytes.
  Result<std::string> public_part() const;

  std::string to_pem() const { return key_pem(key_.get()); }

  /// The signature: 64 bytes.
  Result<std::string> sign(std::string_view bytes) const;

 private:
  explicit Ed25519Key(Key key) : key_(std::move(key)) {}
  Key key_;
};

}  // namespace muster::crypto
