#pragma once
// Hashes of bytes (FIPS 180-4) by OpenSSL: what things are named by and checked with. Text form is
// lower-case hexadecimal digits. Pure: core/os/file_hash.h reads files.

#include <memory>
#include <string>
#include <string_view>

namespace muster::crypto {

/// A hash fed piece by piece.
class Hash {
 public:
  enum class Kind { sha1, sha256 };
  explicit Hash(Kind kind);
  ~Hash();
  Hash(const Hash&) = delete;
  Hash& operator=(const Hash&) = delete;
  void update(std::string_view bytes);
  /// The hash of all that was fed; the object starts anew.
  std::string finish();

 private:
  struct Context;
  Kind kind_;
  std::unique_ptr<Context> context_;
};

/// 64 digits.
class Sha256 : public Hash {
 public:
  Sha256() : Hash(Kind::sha256) {}
};

std::string sha256(std::string_view bytes);

/// 40 digits, for formats that ask for it; it proves nothing.
std::string sha1(std::string_view bytes);

}  // namespace muster::crypto
