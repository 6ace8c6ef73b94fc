#pragma once
// The content of a gzip file, piece by piece, with bounds (RFC 1952), by zlib. One member, and
// nothing behind it: gzip(1) would read on, and what is behind would be hidden from who looks.
// Pure.

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace muster::package {

class Gunzip {
 public:
  /// `packed` must outlive this object.
  explicit Gunzip(std::string_view packed);
  ~Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  /// The next piece; empty at the end. It is valid until the next call. Errors (invalid): no gzip
  /// file; damaged; more content than limits.h allows; something behind the first member.
  Result<std::string_view> next();

 private:
  struct Stream;
  Status inflate_piece();

  std::unique_ptr<Stream> stream_;
  std::vector<unsigned char> piece_;
  std::uint64_t packed_size_;
  std::uint64_t written_ = 0;
  bool has_ended_ = false;
};

}  // namespace muster::package
