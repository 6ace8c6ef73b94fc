#include "extensions/version.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace muster::extensions {
namespace {

/// The order of semver.org, item 11, and numbers that are no decimals.
const std::vector<std::string> kInOrder = {
    "0.9.10",     "1.0.0-alpha",  "1.0.0-alpha.1", "1.0.0-alpha.beta",
    "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
    "1.0.0",      "1.2.0",        "1.10.0",        "2.0.0-0",
    "2.0.0"};

TEST(Version, has_the_order_of_semver) {
  for (std::size_t i = 0; i < kInOrder.size(); ++i) {
    for (std::size_t k = 0; k < kInOrder.size(); ++k) {
      EXPECT_EQ(parse_version(kInOrder[i]).value() <=> parse_version(kInOrder[k]).value(), i <=> k)
          << kInOrder[i] << " " << kInOrder[k];
    }
  }
}

TEST(Version, is_written_as_it_was_read) {
  for (const std::string& text : kInOrder) EXPECT_EQ(to_string(parse_version(text).value()), text);
}

TEST(Version, refuses_what_could_be_read_in_two_ways) {
  for (const std::string text : {"",
                                 "1",
                                 "1.2",
                                 "1.2.3.4",
                                 "01.2.3",
                                 "1.02.3",
                                 "1.2.3-",
                                 "1.2.3-01",
                                 "1.2.3-a..b",
                                 "1.2.3-a.",
                                 "1.2.3+build",
                                 "v1.2.3",
                                 "1.2.x",
                                 " 1.2.3",
                                 "1.2.3 ",
                                 "-1.2.3",
                                 "1.2.-3",
                                 "1.2.3-99999999999999999999999",
                                 "99999999999999999999.0.0",
                                 "1.2.3-é"}) {
    const auto version = parse_version(text);
    ASSERT_FALSE(version) << text;
    EXPECT_EQ(version.error().kind, ErrorKind::invalid);
  }
}

}  // namespace
}  // namespace muster::extensions
