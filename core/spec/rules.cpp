#include "core/spec/rules.h"

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/spec/characters.h"
#include "core/spec/system_accounts.h"
#include "core/spec/values.h"

namespace muster::spec {
namespace {

/// Characters of an address that apt takes as they are: it decodes '%', and '#' begins a comment.
bool is_mirror_text(std::string_view text) {
  constexpr std::string_view kMarks = "-._~:/!&()*+,;=[]";
  return std::ranges::all_of(text, [&](char c) {
    return is_class(c, Class::letter | Class::digit) || kMarks.contains(c);
  });
}

/// Whether inet_aton(3) would read the label as a number of an address: digits, or "0x" and
/// hexadecimal digits.
bool is_numeric(std::string_view label) {
  if (all_of_class(label, Class::digit)) return true;
  return lower(label).starts_with("0x") &&
         label.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string_view::npos;
}

}  // namespace

std::string as_name(std::string_view text) {
  std::string name = lower(trim(text));
  std::ranges::replace_if(name, [](char c) { return c == ' ' || c == '_' || c == '.'; }, '-');
  return name;
}

bool is_setting_choice(std::string_view text) {
  const std::string_view name = text.substr(0, text.find('='));
  const auto may_be = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return name.size() < text.size() && !name.empty() && name.size() <= 40 && name.front() >= 'a' &&
         std::ranges::all_of(name, may_be);
}

bool is_name(std::string_view text) {
  return text.size() <= 32 && starts_with_lower(text) && !text.ends_with('-') &&
         all_of_class(text, Class::lower | Class::digit | Class::dash);
}

bool is_release(std::string_view text) { return text == kDebianRelease; }

bool is_mirror(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos || text.size() > 512) return false;
  const std::string_view kind = text.substr(0, scheme);
  const std::string_view rest = text.substr(scheme + 3);
  return (kind == "http" || kind == "https") && is_mirror_text(rest) && !rest.empty() &&
         !rest.starts_with('/');
}

bool is_lower_label(std::string_view text) {
  return is_host_label(text) && std::string(text) == lower(text) && !is_numeric(text) &&
         !all_of_class(text, Class::digit | Class::dash);
}

bool is_interface(std::string_view text) {
  constexpr unsigned kAllowed =
      Class::letter | Class::digit | Class::dash | Class::dot | Class::underscore;
  return !text.empty() && text.size() <= 15 && text != "." && text != ".." &&
         all_of_class(text, kAllowed);
}

bool is_host(std::string_view text) {
  if (parse_ipv4(text)) return true;
  const std::vector<std::string> labels = split(text, '.');
  return text.size() <= 253 && !labels.empty() && std::ranges::all_of(labels, is_host_label) &&
         !is_numeric(labels.back());
}

bool is_node_prefix(std::string_view text) {
  return text.size() <= 32 && starts_with_lower(text) &&
         all_of_class(text, Class::lower | Class::digit | Class::dash) &&
         !is_class(text.back(), Class::digit);
}

bool is_package(std::string_view text) {
  return text.size() >= 2 && text.size() <= 128 && !text.ends_with('-') &&
         is_class(text[0], Class::lower | Class::digit) &&
         all_of_class(text, Class::lower | Class::digit | Class::plus | Class::dash | Class::dot);
}

bool is_user_name(std::string_view text) {
  constexpr unsigned kAllowed =
      Class::lower | Class::digit | Class::dash | Class::underscore | Class::dot;
  return !text.empty() && text.size() <= 32 &&
         is_class(text[0], Class::lower | Class::underscore) && !text.ends_with('.') &&
         all_of_class(text, kAllowed);
}

bool is_full_name(std::string_view text) {
  const auto starts = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  return std::ranges::count_if(text, starts) <= 128 &&
         text.find_first_of(":,") == std::string_view::npos &&
         printable(text, text.size() + 1) == text;
}

bool is_person_uid(std::uint64_t uid) {
  return (kFirstPersonUid <= uid && uid <= kLastSmallUid && uid != kCheckUid) ||
         (kFirstLargeUid <= uid && uid <= kLastPersonUid);
}

bool is_version(std::string_view text) {
  const std::size_t dash = text.find('-');
  const std::vector<std::string> numbers = split(text.substr(0, dash), '.');
  const auto number = [](const std::string& part) {
    return parse_number(part) && part.size() <= 9 && (part.size() == 1 || part[0] != '0');
  };
  if (numbers.size() != 3 || !std::ranges::all_of(numbers, number)) return false;
  if (dash == std::string_view::npos) return true;
  const auto word = [](const std::string& part) {
    return !part.empty() && all_of_class(part, Class::letter | Class::digit | Class::dash);
  };
  const std::string_view pre = text.substr(dash + 1);
  return !pre.empty() && pre.size() <= 64 && std::ranges::all_of(split(pre, '.'), word);
}

bool is_mount_point(std::string_view text) {
  constexpr unsigned kAllowed =
      Class::letter | Class::digit | Class::dash | Class::dot | Class::underscore;
  if (text.size() < 2 || text.size() > 255 || text[0] != '/') return false;
  const auto good = [](const std::string& part) {
    return !part.empty() && part != "." && part != ".." && all_of_class(part, kAllowed);
  };
  return std::ranges::all_of(split(text.substr(1), '/'), good);
}

bool is_partition(std::string_view text) {
  return !text.empty() && text.size() <= 32 && is_class(text[0], Class::letter) &&
         all_of_class(text, Class::letter | Class::digit | Class::dash | Class::underscore) &&
         lower(text) != "default";
}

}  // namespace muster::spec
