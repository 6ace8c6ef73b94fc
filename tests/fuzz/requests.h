#pragma once
// HTTP requests written as text, for harnesses and their corpus: "POST /page?key=value", lines
// "name: value", an empty line, the body. Path and query are decoded as the server does it.

#include <string>
#include <string_view>
#include <vector>

#include "core/base/text.h"
#include "core/os/http_server.h"

namespace muster::fuzz {

/// The text before `end`; `text` keeps what follows. All of it when `end` is not there.
inline std::string_view take_until(std::string_view& text, std::string_view end) {
  const std::size_t at = text.find(end);
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + end.size());
  return taken;
}

inline std::vector<std::string_view> pieces_of(std::string_view text, std::string_view separator,
                                               std::size_t limit) {
  std::vector<std::string_view> pieces;
  while (!text.empty() && pieces.size() < limit) pieces.push_back(take_until(text, separator));
  return pieces;
}

/// Bytes written as %0a (RFC 3986 §2.1); anything else stands for itself.
inline std::string percent_decoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string result;
  while (!text.empty()) {
    const std::string digits = lower(text.substr(0, 3));
    const bool coded = digits.size() == 3 && digits[0] == '%' && kDigits.contains(digits[1]) &&
                       kDigits.contains(digits[2]);
    result +=
        coded ? static_cast<char>(kDigits.find(digits[1]) * 16 + kDigits.find(digits[2])) : text[0];
    text.remove_prefix(coded ? 3 : 1);
  }
  return result;
}

inline os::ServerRequest parse_request_line(std::string_view line) {
  os::ServerRequest request;
  request.method = take_until(line, " ");
  request.path = percent_decoded(take_until(line, "?"));
  while (!line.empty()) {
    std::string_view value = take_until(line, "&");
    const std::string name = percent_decoded(take_until(value, "="));
    request.query[name] = percent_decoded(value);
  }
  return request;
}

inline os::ServerRequest parse_request(std::string_view text) {
  os::ServerRequest request = parse_request_line(take_until(text, "\n"));
  while (!text.empty()) {
    std::string_view value = take_until(text, "\n");
    if (value.empty()) break;
    const std::string name = lower(take_until(value, ": "));
    request.headers[name] = value;
  }
  request.body = text;
  return request;
}

}  // namespace muster::fuzz
