#include "core/apply/subordinate_ids.h"

#include <gtest/gtest.h>

namespace muster::apply {
namespace {

using Numbers = std::vector<std::uint64_t>;

TEST(SubordinateIds, free_ranges_are_the_lowest_that_overlap_nothing) {
  struct Row {
    const char* what;
    std::vector<SubordinateRange> ranges;
    std::set<std::uint32_t> own;
    std::size_t wanted;
    Numbers found;
  };
  // Ranges of 10 numbers in 100 to 149.
  const SubordinateRules rules = {.first = 100, .last = 149, .count = 10};
  const std::vector<Row> rows = {
      {"an empty file", {}, {}, 3, {100, 110, 120}},
      {"all that there is", {}, {}, 9, {100, 110, 120, 130, 140}},
      {"nobody wants one", {}, {}, 0, {}},
      {"behind a range", {{"x", 100, 109}}, {}, 1, {110}},
      {"in a hole that is just large enough", {{"x", 90, 99}, {"y", 110, 119}}, {}, 1, {100}},
      {"not in a hole that is too small", {{"x", 90, 100}, {"y", 110, 119}}, {}, 1, {120}},
      {"ranges in any order", {{"y", 120, 139}, {"x", 100, 109}}, {}, 2, {110, 140}},
      {"ranges within ranges", {{"x", 100, 139}, {"y", 110, 111}}, {}, 2, {140}},
      {"below and above the limits",
       {{"x", 0, 99}, {"y", 150, 4000}},
       {},
       5,
       {100, 110, 120, 130, 140}},
      {"the number of an account at the start", {}, {100}, 1, {101}},
      {"the number of an account at the end", {}, {109}, 1, {110}},
      {"the number of an account behind the end", {}, {110}, 2, {100, 111}},
      {"accounts everywhere", {}, {105, 115, 125, 135, 145}, 9, {}},
      {"accounts and ranges", {{"x", 111, 120}}, {104, 121}, 2, {122, 132}},
      {"everything is taken", {{"x", 0, 4294967295}}, {}, 1, {}},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(find_free_ranges(row.ranges, row.own, rules, row.wanted), row.found) << row.what;
  }
}

TEST(SubordinateIds, rules_that_leave_no_room_give_nobody_a_range) {
  EXPECT_EQ(find_free_ranges({}, {}, {.first = 100, .last = 149, .count = 0}, 1), Numbers());
  EXPECT_EQ(find_free_ranges({}, {}, {.first = 200, .last = 149, .count = 10}, 1), Numbers());
  EXPECT_EQ(find_free_ranges({}, {}, {.first = 100, .last = 149, .count = 51}, 1), Numbers());
  EXPECT_EQ(find_free_ranges({}, {}, {.first = 4294967290, .last = 99999999999, .count = 5}, 2),
            Numbers{4294967290})
      << "4294967295 means nobody";
}

TEST(SubordinateIds, rules_are_those_of_login_defs) {
  EXPECT_EQ(parse_subordinate_rules("", Subordinate::uids), SubordinateRules());
  constexpr auto kText =
      "# a comment\n#SUB_UID_MIN 7\nSUB_UID_MIN\t\t   200\n  SUB_UID_MAX 300\nSUB_UID_COUNT 5\n"
      "SUB_GID_MIN 1\nSUB_GID_MAX 2\nSUB_GID_COUNT many\nUID_MIN 500\nUID_MAX 900\nUID_MAXIMUM 1\n";
  EXPECT_EQ(parse_subordinate_rules(kText, Subordinate::uids),
            (SubordinateRules{
                .first = 200, .last = 300, .count = 5, .first_person = 500, .last_person = 900}));
  EXPECT_EQ(parse_subordinate_rules(kText, Subordinate::gids),
            (SubordinateRules{
                .first = 1, .last = 2, .count = 65536, .first_person = 500, .last_person = 900}));
}

TEST(SubordinateIds, ranges_are_read_and_other_lines_are_none) {
  EXPECT_EQ(parse_subordinate_ranges("ada:100000:65536\n1000:5:1\nx:1:0\nx:-1:5\nx:1\n\nx:1:2:3\n"
                                     "x:4294967296:1\nall:1:18446744073709551615\n"),
            (std::vector<SubordinateRange>{
                {"ada", 100000, 165535}, {"1000", 5, 5}, {"all", 1, 4294967295}}));
}

TEST(SubordinateIds, whoever_has_a_number_in_a_range_is_found_and_root_is_not) {
  const std::vector<SubordinateRange> ranges = {
      {"root", 0, 4294967295}, {"0", 0, 4294967295}, {"ada", 100, 109}};
  EXPECT_EQ(find_range_owner(ranges, 99), std::nullopt);
  EXPECT_EQ(find_range_owner(ranges, 100), "ada");
  EXPECT_EQ(find_range_owner(ranges, 109), "ada");
  EXPECT_EQ(find_range_owner(ranges, 110), std::nullopt);
}

}  // namespace
}  // namespace muster::apply
