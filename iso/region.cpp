#include "iso/region.h"

#include <algorithm>
#include <filesystem>
#include <format>

#include "core/base/text.h"
#include "core/spec/time_zones.h"

namespace muster::iso {
namespace {

bool is_built_in(const std::string& locale) {
  return locale.empty() || locale == "C" || locale == "C.UTF-8" || locale == "POSIX";
}

}  // namespace

std::vector<std::string> region_packages(const spec::Head& head) {
  std::vector<std::string> packages;
  if (!is_built_in(head.locale)) packages.emplace_back("locales");
  if (spec::is_legacy_time_zone(head.time_zone)) packages.emplace_back("tzdata-legacy");
  return packages;
}

std::string render_locale_gen(const spec::Head& head) {
  if (is_built_in(head.locale)) return {};
  // Every language of a specification is in UTF-8 (core/spec/rules.h).
  return std::format("{} UTF-8\n", head.locale);
}

bool is_supported(const spec::Head& head, std::string_view list) {
  // With a modifier the list leaves the character set out of the name: "sr_RS@latin UTF-8".
  std::string plain = head.locale;
  if (const auto at = plain.find(".UTF-8@"); at != std::string::npos) plain.erase(at, 6);
  return std::ranges::any_of(lines(list), [&](const std::string& line) {
    return line == head.locale + " UTF-8" || line == plain + " UTF-8";
  });
}

Status check_time_zone(const spec::Head& head, const std::filesystem::path& root) {
  if (std::filesystem::is_regular_file(root / "usr/share/zoneinfo" / head.time_zone)) return {};
  return fail(std::format("there is no time zone '{}'", head.time_zone),
              "change head.time_zone; names look like Europe/Berlin");
}

}  // namespace muster::iso
