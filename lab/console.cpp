#include "lab/console.h"

#include <algorithm>
#include <vector>

#include "core/base/text.h"
#include "core/os/file_part.h"

namespace muster::lab {
namespace {

constexpr char kEscape = '\x1b';
/// A console's end is what is asked for; a guest may write for days.
constexpr std::uint64_t kLongestEnd = 64U << 10;

/// The length of the control sequence at the start of `text`, which begins with ESC.
std::size_t sequence_length(std::string_view text) {
  if (text.size() < 2) return text.size();
  if (text[1] != '[') return 2;
  std::size_t length = 2;
  while (length < text.size() && text[length] >= 0x20 && text[length] <= 0x3F) ++length;
  return std::min(length + 1, text.size());
}

}  // namespace

std::string render_console(std::string_view raw) {
  std::string plain;
  for (std::size_t at = 0; at < raw.size();) {
    if (raw[at] == kEscape) {
      at += sequence_length(raw.substr(at));
      continue;
    }
    const char c = raw[at++];
    if (c == '\n' || c == '\t' || static_cast<unsigned char>(c) >= 0x20) plain += c;
  }
  return plain;
}

std::string last_lines(const std::filesystem::path& file, std::size_t count) {
  const auto size = os::size_of(file);
  if (!size) return {};
  const std::uint64_t length = std::min(*size, kLongestEnd);
  const auto end = os::read_as_far_as_there(file, {.offset = *size - length, .size = length});
  if (!end) return {};
  std::vector<std::string> all = lines(render_console(*end));
  std::erase_if(all, [](const std::string& line) { return trim(line).empty(); });
  if (all.size() > count) all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(count));
  for (std::string& line : all) line = printable(line);
  return join(all, "\n  ");
}

}  // namespace muster::lab
