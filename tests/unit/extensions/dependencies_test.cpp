#include "extensions/dependencies.h"

#include <gtest/gtest.h>

namespace muster::extensions {
namespace {

TEST(VersionRange, has_the_versions_of_all_its_bounds) {
  const auto has = [](std::string_view range, std::string_view version) {
    return parse_range(range)->has(parse_version(version).value());
  };
  EXPECT_TRUE(has("*", "0.0.1-a"));
  EXPECT_TRUE(has(">=1.2.0 <2.0.0", "1.2.0"));
  EXPECT_TRUE(has(" >=1.2.0  <2.0.0 ", "1.10.3"));
  EXPECT_FALSE(has(">=1.2.0 <2.0.0", "2.0.0"));
  EXPECT_FALSE(has(">=1.2.0 <2.0.0", "1.2.0-rc.1"));
  EXPECT_TRUE(has("<2.0.0", "2.0.0-rc.1")) << "a pre-release comes first";
  EXPECT_TRUE(has("=1.0.0", "1.0.0"));
  EXPECT_FALSE(has(">1.0.0", "1.0.0"));
  EXPECT_TRUE(has("<=1.0.0", "1.0.0"));
  EXPECT_EQ(to_string(*parse_range(">=1.2.0   <2.0.0")), ">=1.2.0 <2.0.0");
  EXPECT_EQ(to_string(*parse_range("*")), "*");
}

TEST(VersionRange, of_other_words_is_refused) {
  for (const std::string text : {"", " ", "1.0.0", "~1.0.0", "> 1.0.0", ">=1.0", "* *",
                                 ">=1.0.0,<2.0.0", "!=1.0.0", "=>1.0.0", "==1.0.0"}) {
    EXPECT_FALSE(parse_range(text)) << text;
  }
}

Specification named(const std::string& name, const std::string& version) {
  Specification made;
  made.name = name;
  made.version = parse_version(version).value();
  return made;
}

TEST(Dependencies, are_there_in_a_version_that_will_do) {
  Specification shop = named("shop", "1.0.0");
  shop.requirements = {{.name = "base", .versions = *parse_range(">=1.2.0")}};
  EXPECT_TRUE(check_together(shop, {named("base", "1.2.0")}));
  const Status missing = check_together(shop, {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::conflict);
  EXPECT_EQ(
      missing.error().message,
      "'shop-1.0.0' requires the extension 'base' in a version >=1.2.0, and it is not installed");
  const Status old = check_together(named("base", "1.1.9"), {shop});
  ASSERT_FALSE(old);
  EXPECT_TRUE(old.error().message.ends_with("and that is 1.1.9")) << old.error().message;
}

TEST(Dependencies, of_others_among_themselves_are_no_reason) {
  Specification broken = named("broken", "1.0.0");
  broken.requirements = {{.name = "gone", .versions = {}}};
  EXPECT_TRUE(check_together(named("new", "1.0.0"), {broken}));
}

TEST(Dependencies, may_be_a_circle) {
  Specification one = named("one", "1.0.0");
  Specification two = named("two", "1.0.0");
  one.requirements = {{.name = "two", .versions = {}}};
  two.requirements = {{.name = "one", .versions = {}}};
  EXPECT_TRUE(check_together(one, {two}));
  EXPECT_FALSE(check_together(one, {}));
}

TEST(Dependencies, are_not_there_where_they_conflict) {
  Specification shop = named("shop", "1.0.0");
  shop.conflicts = {{.name = "base", .versions = *parse_range("<2.0.0")}};
  EXPECT_TRUE(check_together(shop, {named("base", "2.0.0")}));
  EXPECT_TRUE(check_together(shop, {}));
  const Status both = check_together(named("base", "1.0.0"), {shop});
  ASSERT_FALSE(both);
  EXPECT_EQ(both.error().message, "'shop-1.0.0' cannot be there beside 'base-1.0.0'");
}

}  // namespace
}  // namespace muster::extensions
