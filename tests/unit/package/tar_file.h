#pragma once
// Archives as nobody should make them: headers of tar(5) written by hand, and gzip around them.

#include <cstdint>
#include <format>
#include <string>
#include <string_view>
#include <vector>
#include <zlib.h>

namespace muster::package {

/// A header and what follows it. The size in the header is that of the content, unless it is said.
struct TarMember {
  std::string name;
  std::string content = {};
  char type = '0';
  unsigned mode = 0644;
  std::string link = {};
  std::string size = {};
  std::string magic = std::string(
      "ustar\0"
      "00",
      8);
};

inline std::string render_member(const TarMember& member) {
  std::string header(512, '\0');
  const auto put = [&](std::size_t at, std::string_view text) {
    header.replace(at, text.size(), text);
  };
  put(0, member.name.substr(0, 100));
  put(100, std::format("{:07o}", member.mode));
  put(108, "0000000");
  put(116, "0000000");
  put(124, member.size.empty() ? std::format("{:011o}", member.content.size()) : member.size);
  put(136, "00000000000");
  put(148, "        ");
  header[156] = member.type;
  put(157, member.link.substr(0, 100));
  put(257, member.magic);
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  put(148, std::format("{:06o}", sum) + std::string("\0 ", 2));
  std::string content = member.content;
  content.resize((content.size() + 511) / 512 * 512);
  return header + content;
}

inline std::string render_tar(const std::vector<TarMember>& members) {
  std::string all;
  for (const TarMember& member : members) all += render_member(member);
  return all + std::string(1024, '\0');
}

/// One member of a gzip file (RFC 1952).
inline std::string gzip(std::string_view content) {
  z_stream z{};
  deflateInit2(&z, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&z, content.size()) + 64, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  z.avail_in = static_cast<uInt>(content.size());
  z.next_out = reinterpret_cast<Bytef*>(packed.data());
  z.avail_out = static_cast<uInt>(packed.size());
  deflate(&z, Z_FINISH);
  packed.resize(packed.size() - z.avail_out);
  deflateEnd(&z);
  return packed;
}

/// A record of an extended header (pax(1)): its length counts itself.
inline std::string pax_record(const std::string& key, const std::string& value) {
  const std::size_t rest = key.size() + value.size() + 3;
  std::size_t length = rest + 1;
  while (std::to_string(length).size() + rest != length) ++length;
  return std::format("{} {}={}\n", length, key, value);
}

}  // namespace muster::package
