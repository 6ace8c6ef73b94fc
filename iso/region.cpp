#include "iso/region.h"

#include <format>

#include "core/os/files.h"

namespace muster::iso {
namespace {

bool is_built_in(const std::string& locale) {
  return locale.empty() || locale == "C" || locale == "C.UTF-8" || locale == "POSIX";
}

}  // namespace

std::vector<std::string> region_packages(const spec::Head& head) {
  if (is_built_in(head.locale)) return {};
  return {"locales"};
}

std::string render_locale_gen(const spec::Head& head) {
  if (is_built_in(head.locale)) return {};
  // Every language of a specification is in UTF-8 (core/spec/rules.h).
  return std::format("{} UTF-8\n", head.locale);
}

Status write_region(const spec::Head& head, const std::filesystem::path& root) {
  const auto etc = root / "etc";
  if (!head.locale.empty()) {
    TRY(os::write_file(etc / "locale.conf", std::format("LANG={}\n", head.locale)));
  }
  if (head.time_zone.empty()) return {};
  if (!std::filesystem::is_regular_file(root / "usr/share/zoneinfo" / head.time_zone)) {
    return fail(std::format("there is no time zone '{}'", head.time_zone),
                "change head.time_zone; names look like Europe/Berlin");
  }
  TRY(os::write_symlink(etc / "localtime", "/usr/share/zoneinfo/" + head.time_zone));
  return os::write_file(etc / "timezone", head.time_zone + "\n");
}

}  // namespace muster::iso
