#include "extensions/package/gunzip.h"

#include <algorithm>
#include <format>
#include <zlib.h>

#include "extensions/limits.h"

namespace muster::package {

using namespace extensions;
namespace {

constexpr std::size_t kPiece = 64U << 10;
/// Of inflateInit2: the largest window, and only the gzip format.
constexpr int kOnlyGzip = MAX_WBITS + 16;

}  // namespace

struct Gunzip::Stream {
  z_stream z{};
  bool is_ready = false;
  ~Stream() {
    if (is_ready) inflateEnd(&z);
  }
};

Gunzip::Gunzip(std::string_view packed)
    : stream_(std::make_unique<Stream>()), piece_(kPiece), packed_size_(packed.size()) {
  // zlib counts in 32 bits; what is larger is refused before it is read.
  CHECK(packed.size() <= kMostArchive);
  // It reads from there only.
  stream_->z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream_->z.avail_in = static_cast<uInt>(packed.size());
  stream_->is_ready = inflateInit2(&stream_->z, kOnlyGzip) == Z_OK;
  CHECK(stream_->is_ready);
}

Gunzip::~Gunzip() = default;

Status Gunzip::inflate_piece() {
  z_stream& z = stream_->z;
  z.next_out = piece_.data();
  z.avail_out = static_cast<uInt>(piece_.size());
  const int done = inflate(&z, Z_NO_FLUSH);
  if (done == Z_STREAM_END) {
    has_ended_ = true;
    if (z.avail_in == 0) return {};
    return fail(ErrorKind::invalid,
                std::format("{} bytes follow behind the end of the archive", z.avail_in),
                "make it with 'muster ext pack'");
  }
  if (done == Z_OK && (z.avail_in > 0 || z.avail_out == 0)) return {};
  if (done == Z_OK || done == Z_BUF_ERROR) {
    return fail(ErrorKind::invalid, "the archive ends too early", "get it again");
  }
  return fail(ErrorKind::invalid,
              std::format("it is not a gzip file, or damaged: {}",
                          z.msg == nullptr ? "unknown error" : z.msg),
              "get it again");
}

Result<std::string_view> Gunzip::next() {
  if (has_ended_) return std::string_view();
  TRY(inflate_piece());
  const std::size_t size = piece_.size() - stream_->z.avail_out;
  written_ += size;
  const std::uint64_t most =
      std::min(kMostUnpacked + kAlwaysAllowed, std::max(kAlwaysAllowed, packed_size_ * kMostRatio));
  if (written_ > most) {
    return fail(
        ErrorKind::invalid,
        std::format("{} bytes of archive have more than {} bytes of content", packed_size_, most),
        "its content may be a hundred times larger than the archive; leave out what is mostly "
        "zeros");
  }
  // An empty piece is the end; zlib may need another turn for the last bytes of a member.
  if (size == 0 && !has_ended_) return next();
  return std::string_view(reinterpret_cast<const char*>(piece_.data()), size);
}

}  // namespace muster::package
