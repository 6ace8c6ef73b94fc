#include "apps/muster/table.h"

#include <algorithm>
#include <ctime>
#include <cwchar>
#include <format>
#include <locale.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace muster::cli {
namespace {

/// The C library knows what characters take only in a UTF-8 locale; the caller's may be another.
/// Owns: the thread's locale while it lives.
class Utf8Locale {
 public:
  Utf8Locale() : before_(uselocale(utf8())) {}
  ~Utf8Locale() { uselocale(before_); }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  static locale_t utf8() {
    static const locale_t made = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return made;
  }
  locale_t before_;
};

/// One character of a text: its bytes and its columns.
struct Character {
  std::size_t bytes = 1;
  std::size_t columns = 1;
};

Character first_character(std::string_view text) {
  std::mbstate_t state{};
  wchar_t wide = 0;
  const std::size_t bytes = std::mbrtowc(&wide, text.data(), text.size(), &state);
  constexpr std::size_t kNone = static_cast<std::size_t>(-2);
  if (bytes == 0 || bytes >= kNone) return {};
  const int columns = wcwidth(wide);
  return {.bytes = bytes, .columns = columns < 0 ? 1 : static_cast<std::size_t>(columns)};
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::tm local_of(std::int64_t time_ms) {
  const std::time_t seconds = time_ms / 1000;
  std::tm local{};
  localtime_r(&seconds, &local);
  return local;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  if (is_ascii(text)) return text.size();
  const Utf8Locale locale;
  std::size_t columns = 0;
  while (!text.empty()) {
    const Character next = first_character(text);
    columns += next.columns;
    text.remove_prefix(next.bytes);
  }
  return columns;
}

std::string cut_to(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  const Utf8Locale locale;
  std::string_view rest = text;
  for (std::size_t columns = 0; !rest.empty();) {
    const Character next = first_character(rest);
    // One column is the ellipsis's.
    if (columns + next.columns + 1 > width) break;
    columns += next.columns;
    rest.remove_prefix(next.bytes);
  }
  return std::string(text.substr(0, text.size() - rest.size())) + "…";
}

std::size_t terminal_width() {
  winsize size{};
  if (isatty(STDOUT_FILENO) != 1 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

std::string render_table(const std::vector<std::vector<std::string>>& rows, std::size_t width) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line += std::string(widths[i] - display_width(row[i]) + 2, ' ');
    }
    text += (width == 0 ? line : cut_to(line, width)) + "\n";
  }
  return text;
}

std::string clock_time(std::int64_t time_ms, ShowDate date) {
  const std::tm local = local_of(time_ms);
  const std::string time =
      std::format("{:02}:{:02}:{:02}", local.tm_hour, local.tm_min, local.tm_sec);
  if (date == ShowDate::no) return time;
  return std::format("{}-{:02}-{:02} {}", local.tm_year + 1900, local.tm_mon + 1, local.tm_mday,
                     time);
}

ShowDate date_for(std::int64_t time_ms, std::int64_t now_ms) {
  const std::tm then = local_of(time_ms);
  const std::tm now = local_of(now_ms);
  const bool same_day = then.tm_year == now.tm_year && then.tm_yday == now.tm_yday;
  return same_day ? ShowDate::no : ShowDate::yes;
}

std::size_t text_width() {
  constexpr std::size_t kWidest = 100;
  const std::size_t terminal = terminal_width();
  return terminal == 0 ? kWidest : std::min(terminal, kWidest);
}

std::string or_dash(std::string text) { return text.empty() ? "-" : std::move(text); }

std::string sheet_line(std::string_view key, const std::string& text) {
  return std::format("  {:<11} {}\n", key, text);
}

}  // namespace muster::cli
