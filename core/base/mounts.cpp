#include "core/base/mounts.h"

#include "core/base/text.h"

namespace muster {
namespace {

constexpr std::size_t kDirectory = 4;
constexpr std::size_t kOctalDigits = 3;

bool is_octal(std::string_view digits) {
  return digits.size() == kOctalDigits &&
         digits.find_first_not_of("01234567") == std::string_view::npos;
}

/// proc_pid_mountinfo(5): space, tab, newline and backslash are written as "\ooo".
std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view digits = text.substr(i + 1, kOctalDigits);
    if (text[i] != '\\' || !is_octal(digits)) {
      plain += text[i];
      continue;
    }
    plain += static_cast<char>((digits[0] - '0') * 64 + (digits[1] - '0') * 8 + (digits[2] - '0'));
    i += kOctalDigits;
  }
  return plain;
}

/// "rw,user_id=1000,group_id=1000": the file system's own options come last in a line.
std::uint32_t owner_of(const std::vector<std::string>& behind) {
  if (behind.size() < 3 || !behind[0].starts_with("fuse")) return 0;
  constexpr std::string_view kOwner = "user_id=";
  for (const std::string& option : split(behind[2], ',')) {
    if (option.starts_with(kOwner)) {
      return static_cast<std::uint32_t>(parse_number(option.substr(kOwner.size())).value_or(0));
    }
  }
  return 0;
}

}  // namespace

bool is_below(std::string_view path, std::string_view directory) {
  return path.size() > directory.size() && path.starts_with(directory) &&
         path[directory.size()] == '/';
}

std::vector<Mount> parse_mounts(std::string_view mountinfo) {
  std::vector<Mount> mounts;
  for (const std::string& line : lines(mountinfo)) {
    // Before the hyphen are fields that come and go; behind it are type and source.
    const std::size_t hyphen = line.find(" - ");
    if (hyphen == std::string::npos) continue;
    const std::vector<std::string> before = split(line.substr(0, hyphen), ' ');
    const std::vector<std::string> behind = split(line.substr(hyphen + 3), ' ');
    if (before.size() <= kDirectory || behind.size() < 2) continue;
    mounts.push_back({.directory = unescaped(before[kDirectory]),
                      .type = behind[0],
                      .source = unescaped(behind[1]),
                      .owner = owner_of(behind)});
  }
  return mounts;
}

}  // namespace muster
