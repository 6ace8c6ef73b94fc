#include "core/base/result.h"

#include <gtest/gtest.h>

namespace muster {
namespace {

Result<int> halve(int number) {
  if (number % 2 != 0) return fail("'3' is odd", "take an even number");
  return number / 2;
}

Status halve_twice(int number, int& out) {
  TRY_ASSIGN(const int once, halve(number));
  TRY_ASSIGN(out, halve(once));
  return {};
}

Status only_check(int number) {
  TRY(halve(number));
  return {};
}

TEST(Result, text_joins_message_and_hint) {
  EXPECT_EQ((Error{.message = "no disk", .hint = "add one"}.text()), "no disk; add one");
}

TEST(Result, text_without_a_hint_is_the_message) {
  EXPECT_EQ((Error{.message = "no disk", .hint = ""}.text()), "no disk");
}

TEST(Result, wrap_says_what_was_being_done_and_keeps_the_hint) {
  const auto wrapped = wrap("layer 'base'", {.message = "no space", .hint = "free some"});
  EXPECT_EQ(wrapped.error(), (Error{.message = "layer 'base': no space", .hint = "free some"}));
}

TEST(Result, try_assign_hands_the_value_on) {
  int out = 0;
  ASSERT_TRUE(halve_twice(8, out));
  EXPECT_EQ(out, 2);
}

TEST(Result, try_assign_returns_the_first_error) {
  int out = 7;
  const Status status = halve_twice(6, out);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "'3' is odd");
  EXPECT_EQ(out, 7);
}

TEST(Result, try_returns_the_error_and_otherwise_goes_on) {
  EXPECT_FALSE(only_check(3));
  EXPECT_TRUE(only_check(4));
}

TEST(ResultDeathTest, check_names_expression_and_place) {
  EXPECT_DEATH(CHECK(1 + 1 == 3), "internal error: 1 \\+ 1 == 3 is false at .*result_test");
}

}  // namespace
}  // namespace muster
