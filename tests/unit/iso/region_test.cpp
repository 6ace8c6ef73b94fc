#include "iso/region.h"

#include <filesystem>
#include <gtest/gtest.h>

#include "core/os/files.h"

namespace muster::iso {
namespace {

spec::Head speaking(const std::string& locale) {
  spec::Head head;
  head.locale = locale;
  return head;
}

TEST(Region, makes_a_language_with_its_modifier) {
  EXPECT_EQ(render_locale_gen(speaking("sr_RS.UTF-8@latin")), "sr_RS.UTF-8@latin UTF-8\n");
  EXPECT_EQ(render_locale_gen(speaking("C.UTF-8")), "");
  EXPECT_EQ(render_locale_gen({}), "");
}

TEST(Region, knows_what_debian_has) {
  const std::string list = "de_DE.UTF-8 UTF-8\nde_DE ISO-8859-1\nsr_RS@latin UTF-8\n";
  EXPECT_TRUE(is_supported(speaking("de_DE.UTF-8"), list));
  EXPECT_TRUE(is_supported(speaking("sr_RS.UTF-8@latin"), list));
  EXPECT_FALSE(is_supported(speaking("xx_XX.UTF-8"), list));
}

TEST(Region, names_a_time_zone_that_is_none) {
  const auto place = os::TemporaryDirectory::make().value();
  const auto& root = place.path();
  ASSERT_TRUE(os::write_file(root / "usr/share/zoneinfo/Europe/Berlin", "TZif"));
  spec::Head head;
  head.time_zone = "Europe/Berlin";
  EXPECT_TRUE(check_time_zone(head, root));
  head.time_zone = "Europe/Berln";
  const Status done = check_time_zone(head, root);
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("'Europe/Berln'"), std::string::npos);
}

TEST(Region, brings_the_package_of_a_zone_that_debian_moved_there) {
  spec::Head head;
  head.time_zone = "US/Pacific";
  EXPECT_EQ(region_packages(head), std::vector<std::string>{"tzdata-legacy"});
  head.time_zone = "Europe/Berlin";
  EXPECT_TRUE(region_packages(head).empty());
}

}  // namespace
}  // namespace muster::iso
