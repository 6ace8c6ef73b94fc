#include "core/json/json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace muster::json {
namespace {

std::string problem_of(std::string_view text, Limits limits = {}) {
  const auto value = parse(text, limits);
  if (value) return "none";
  EXPECT_EQ(value.error().kind, ErrorKind::invalid);
  return value.error().message;
}

TEST(Json, is_read_as_it_was_written) {
  const auto value = parse(R"({"a": [1, -2, 1.5, null, true, "ä"], "b": {"a": {}}})");
  ASSERT_TRUE(value) << value.error().text();
  EXPECT_EQ(render(*value), R"({"a":[1,-2,1.5,null,true,"ä"],"b":{"a":{}}})");
}

TEST(Json, that_is_damaged_is_refused_with_the_place) {
  EXPECT_EQ(problem_of(R"({"a": x})"), "not valid JSON at byte 7");
  EXPECT_EQ(problem_of(""), "not valid JSON at byte 1");
  EXPECT_EQ(problem_of("{} {}"), "not valid JSON at byte 4");
  EXPECT_EQ(problem_of("[1e400]"), "not valid JSON at byte 6");
  EXPECT_EQ(problem_of("[\"\xff\"]"), "not valid JSON at byte 3");
  EXPECT_EQ(problem_of("[1,]"), "not valid JSON at byte 4");
}

TEST(Json, with_one_member_twice_is_refused_at_any_depth) {
  EXPECT_EQ(problem_of(R"({"token": "a", "token": "b"})"), "member 'token' is there twice");
  EXPECT_EQ(problem_of(R"([{"a": {"b": 1, "c": 2, "b": 1}}])"), "member 'b' is there twice");
  EXPECT_EQ(problem_of(R"({"a": 1, "\u0061": 2})"), "member 'a' is there twice");
  EXPECT_EQ(problem_of("{\"\\u001b[2J\": 1, \"\\u001b[2J\": 2}"),
            "member '\\x1b[2J' is there twice");
  EXPECT_EQ(problem_of(R"({"a": {"b": 1}, "b": {"b": 1}, "c": [{"b": 1}, {"b": 1}]})"), "none");
}

TEST(Json, that_is_too_deep_or_too_long_is_refused) {
  EXPECT_EQ(problem_of("[[[]]]", {.depth = 3}), "none");
  EXPECT_EQ(problem_of("[[[[]]]]", {.depth = 3}), "nested deeper than 3 levels");
  EXPECT_EQ(problem_of(std::string(1'000'000, '[')), "nested deeper than 16 levels");
  EXPECT_EQ(problem_of("[1234]", {.bytes = 6}), "none");
  EXPECT_EQ(problem_of("[12345]", {.bytes = 6}), "longer than 6 bytes");
}

TEST(Json, an_object_is_wanted_where_messages_are) {
  EXPECT_TRUE(parse_object("{}"));
  EXPECT_EQ(parse_object("[]").error().message, "not a JSON object");
  EXPECT_EQ(parse_object("\"{}\"").error().message, "not a JSON object");
}

TEST(Json, a_value_with_bytes_that_are_no_utf_8_is_written_all_the_same) {
  EXPECT_EQ(render(Value{{"a", "x\xff"}}), "{\"a\":\"x\xEF\xBF\xBD\"}");
}

}  // namespace
}  // namespace muster::json
