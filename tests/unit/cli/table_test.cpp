#include "apps/muster/table.h"

#include <gtest/gtest.h>

namespace muster::cli {
namespace {

TEST(DisplayWidth, is_what_a_terminal_shows) {
  EXPECT_EQ(display_width("Jurgen"), 6U);
  EXPECT_EQ(display_width("Jürgen"), 6U);
  EXPECT_EQ(display_width("Ju\u0308rgen"), 6U) << "a mark above the letter before it";
  EXPECT_EQ(display_width("節点"), 4U);
  EXPECT_EQ(display_width("a\xFF"
                          "b"),
            3U)
      << "a byte that is no character";
  EXPECT_EQ(display_width(""), 0U);
}

TEST(Table, stands_in_columns_whatever_the_letters) {
  EXPECT_EQ(render_table({{"NAME", "UID"}, {"Jürgen", "1"}, {"節", "2"}}, 0),
            "NAME    UID\n"
            "Jürgen  1\n"
            "節      2\n");
}

TEST(Table, is_cut_to_a_terminal_with_a_sign_that_something_is_missing) {
  const std::vector<std::vector<std::string>> rows = {{"NAME", "REASON"}, {"n001", "Kein Gerät"}};
  EXPECT_EQ(render_table(rows, 12),
            "NAME  REASON\n"
            "n001  Kein …\n");
  EXPECT_EQ(render_table(rows, 16), render_table(rows, 0));
}

TEST(CutTo, never_cuts_a_character_in_two) {
  EXPECT_EQ(cut_to("äöü", 3), "äöü");
  EXPECT_EQ(cut_to("äöü", 2), "ä…");
  EXPECT_EQ(cut_to("節点", 3), "節…");
  EXPECT_EQ(cut_to("節点", 2), "…") << "half of it is none";
}

TEST(ClockTime, has_a_date_when_it_is_not_of_today) {
  constexpr std::int64_t kNoon = 1'754'654'400'000;
  constexpr std::int64_t kDay = 86'400'000;
  EXPECT_EQ(date_for(kNoon - 1000, kNoon), ShowDate::no);
  EXPECT_EQ(date_for(kNoon - kDay, kNoon), ShowDate::yes);
  EXPECT_EQ(date_for(kNoon - 365 * kDay, kNoon), ShowDate::yes) << "the same day of another year";
  EXPECT_EQ(date_for(kNoon, 0), ShowDate::yes) << "an older daemon does not say when it is";
  EXPECT_EQ(clock_time(kNoon, ShowDate::yes).size(), std::string("2025-08-08 12:00:00").size());
  EXPECT_TRUE(clock_time(kNoon, ShowDate::yes).starts_with("2025-08-08 "));
}

}  // namespace
}  // namespace muster::cli
