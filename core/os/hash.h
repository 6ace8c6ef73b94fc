#pragma once
// SHA-256 (FIPS 180-4) by OpenSSL: names layers, checks images, hashes tokens.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace muster::os {

/// A hash fed piece by piece. Text form is 64 lower-case hexadecimal digits.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void update(std::string_view bytes);
  /// The hash of all that was fed; the object starts anew.
  std::string finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

std::string sha256(std::string_view bytes);

/// Errors: the file cannot be read.
Result<std::string> sha256_file(const std::filesystem::path& path);

/// SHA-1, 40 digits, for formats that ask for it; it proves nothing.
std::string sha1(std::string_view bytes);

/// The same of a file. Errors: as sha256_file.
Result<std::string> sha1_file(const std::filesystem::path& path);

/// `bytes` random bytes of the system's generator as hexadecimal. For keys and tokens.
std::string random_hex(std::size_t bytes);

}  // namespace muster::os
