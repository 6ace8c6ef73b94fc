#include "core/base/duration.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace muster {
namespace {

std::int64_t seconds(std::string_view text) { return parse_duration(text).value().count(); }

TEST(Duration, every_unit_is_known) {
  EXPECT_EQ(seconds("90 s"), 90);
  EXPECT_EQ(seconds("30 min"), 1800);
  EXPECT_EQ(seconds("2 h"), 7200);
  EXPECT_EQ(seconds("7 d"), 604800);
  EXPECT_EQ(seconds("1 w"), 604800);
  EXPECT_EQ(seconds("2 weeks"), 1209600);
}

TEST(Duration, parts_add_up) { EXPECT_EQ(seconds("1 h 30min"), 5400); }

TEST(Duration, a_bare_number_is_refused_since_its_unit_is_unknown) {
  const auto result = parse_duration("30");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "'30' has no unit of time");
}

TEST(Duration, an_example_is_made_of_what_was_written) {
  EXPECT_EQ(parse_duration("45").error().hint,
            "write a number and a unit (s, min, h, d, w), such as '45 min'");
  EXPECT_EQ(parse_duration("5 m").error().message, "'5 m' has an unclear unit: months or minutes");
  EXPECT_EQ(parse_duration("5 m").error().hint,
            "write a number and a unit (s, min, h, d, w), such as '5 min'");
  EXPECT_EQ(parse_duration("soon").error().hint,
            "write a number and a unit (s, min, h, d, w), such as '30 min'");
}

TEST(Duration, a_fraction_is_told_as_one) {
  EXPECT_EQ(parse_duration("1.5 h").error().message, "'1.5 h' is no whole number");
}

TEST(Duration, slurms_own_notation_means_what_it_means_to_slurm) {
  const auto slurm = [](std::string_view text) { return parse_slurm_duration(text)->count(); };
  EXPECT_EQ(slurm("90"), 90 * 60);
  EXPECT_EQ(slurm("90:30"), 90 * 60 + 30);
  EXPECT_EQ(slurm("1:30:00"), 5400);
  EXPECT_EQ(slurm("24:00:00"), 86400);
  EXPECT_EQ(slurm("7-00:00:00"), 604800);
  EXPECT_EQ(slurm("7-12"), 7 * 86400 + 12 * 3600);
  EXPECT_EQ(slurm("1-2:3"), 86400 + 2 * 3600 + 3 * 60);
}

TEST(Duration, other_texts_are_none_of_slurms) {
  for (const auto* bad : {"", "-", "7-", "-1", "1:2:3:4", "1::2", "a", "1-1-1", "1.5", "90 min",
                          "99999-00:00:00", "18446744073709551615"}) {
    EXPECT_FALSE(parse_slurm_duration(bad)) << bad;
  }
}

TEST(Duration, months_and_other_texts_are_refused) {
  for (const auto* bad :
       {"", "min", "1:30", "1.5 h", "-1 h", "5 m", "3 months", "1 h 30", "1h,2"}) {
    EXPECT_FALSE(parse_duration(bad)) << bad;
  }
}

TEST(Duration, more_than_a_century_is_refused) {
  EXPECT_FALSE(parse_duration("40000 d"));
  EXPECT_FALSE(parse_duration("18446744073709551615 w"));
  EXPECT_FALSE(parse_duration("99 w 18446744073709551615 s"));
}

TEST(Duration, text_form_takes_the_largest_unit_that_is_exact) {
  EXPECT_EQ(to_string(std::chrono::seconds(5400)), "90 min");
  EXPECT_EQ(to_string(std::chrono::seconds(86400)), "1 d");
  EXPECT_EQ(to_string(std::chrono::seconds(0)), "0 s");
}

RC_GTEST_PROP(Duration, text_form_is_exact, (std::uint32_t count)) {
  const std::chrono::seconds duration(count % 3'000'000'000U);
  RC_ASSERT(parse_duration(to_string(duration)).value() == duration);
}

}  // namespace
}  // namespace muster
