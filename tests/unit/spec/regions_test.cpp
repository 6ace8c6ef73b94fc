// Time zones and locales: our tables beside what Debian's packages have.
#include <algorithm>
#include <filesystem>
#include <format>
#include <gtest/gtest.h>
#include <set>

#include "core/base/text.h"
#include "core/os/files.h"
#include "core/spec/locales.h"
#include "core/spec/time_zones.h"

namespace muster::spec {
namespace {

namespace fs = std::filesystem;

/// The files of a package, as dpkg lists them.
std::set<std::string> zones_of(const std::string& package) {
  constexpr std::string_view kZoneFolder = "/usr/share/zoneinfo/";
  const auto list = os::read_file(std::format("/var/lib/dpkg/info/{}.list", package));
  EXPECT_TRUE(list) << "the build root has the package";
  std::set<std::string> zones;
  for (const std::string& path : lines(list.value_or(""))) {
    if (!path.starts_with(kZoneFolder) || !fs::is_regular_file(path)) continue;
    const std::string name = path.substr(kZoneFolder.size());
    // The last three are no places: no zone at all, and what the machine itself has.
    const bool zone = os::read_file(path).value_or("").starts_with("TZif") && name != "Factory" &&
                      name != "localtime" && name != "posixrules";
    if (zone && !name.starts_with("right/") && !name.starts_with("posix/")) zones.insert(name);
  }
  return zones;
}

TEST(TimeZones, are_those_of_debians_packages) {
  const auto current = zones_of("tzdata");
  const auto legacy = zones_of("tzdata-legacy");
  ASSERT_GT(current.size(), 300U);
  ASSERT_GT(legacy.size(), 50U);
  for (const std::string& zone : current) {
    EXPECT_TRUE(is_time_zone(zone)) << zone;
    EXPECT_FALSE(is_legacy_time_zone(zone)) << zone;
  }
  for (const std::string& zone : legacy) {
    EXPECT_TRUE(is_legacy_time_zone(zone)) << zone;
  }
  for (const std::string& zone : time_zones()) {
    EXPECT_TRUE(current.contains(zone) || legacy.contains(zone)) << zone;
  }
}

TEST(TimeZones, a_name_that_is_none_is_told_with_one_to_write) {
  EXPECT_EQ(suggest_time_zone("Europe/Berln"), "did you mean 'Europe/Berlin'?");
  EXPECT_EQ(suggest_time_zone("Berlin"), "did you mean 'Europe/Berlin'?");
  EXPECT_EQ(suggest_time_zone("New York"), "did you mean 'America/New_York'?");
  EXPECT_EQ(suggest_time_zone("europe/berlin"), "did you mean 'Europe/Berlin'?");
  EXPECT_EQ(suggest_time_zone("UTC+1"),
            "write a place such as 'Europe/Berlin', or 'Etc/GMT-1' for UTC+1 without summer time");
  EXPECT_TRUE(suggest_time_zone("somewhere far").starts_with("write a name of the tz database"));
}

TEST(Locales, are_those_of_debians_package_in_utf_8) {
  const auto list = os::read_file("/usr/share/i18n/SUPPORTED");
  ASSERT_TRUE(list) << list.error().text();
  std::set<std::string> known;
  for (const std::string& line : lines(*list)) {
    const auto words = split(trim(line), ' ');
    if (words.size() != 2 || words[1] != "UTF-8" || words[0].starts_with('#')) continue;
    std::string name = words[0];
    if (!name.contains(".UTF-8")) name.insert(std::min(name.find('@'), name.size()), ".UTF-8");
    known.insert(name);
    EXPECT_TRUE(is_locale(name)) << name;
  }
  ASSERT_GT(known.size(), 200U);
  for (const std::string& name : locales()) {
    EXPECT_TRUE(known.contains(name) || name == "C.UTF-8") << name;
  }
}

TEST(Locales, a_name_that_is_none_is_told_with_one_to_write) {
  EXPECT_EQ(suggest_locale("de_DE"), "did you mean 'de_DE.UTF-8'?");
  EXPECT_EQ(suggest_locale("de_DE.utf8"), "did you mean 'de_DE.UTF-8'?");
  EXPECT_EQ(suggest_locale("en_us.UTF-8"), "did you mean 'en_US.UTF-8'?");
  EXPECT_TRUE(suggest_locale("german").contains("UTF-8"));
}

}  // namespace
}  // namespace muster::spec
