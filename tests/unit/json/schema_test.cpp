#include "core/json/schema.h"

#include <array>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace muster::json {
namespace {

constexpr std::array<std::string_view, 2> kModes = {"serve", "proxy"};
constexpr Schema kWord = text("a word");
constexpr Schema kCount = number("how many", 0, 9);
constexpr auto kInnerMembers = std::to_array<Property>({{"count", kCount}});
constexpr Schema kInner = object("an inner object", kInnerMembers);
constexpr auto kMembers = std::to_array<Property>({
    {"name", text("a name")},
    {"mode", one_of(kModes, "a mode"), Need::optional},
    {"words", list_of(kWord, "words"), Need::optional},
    {"inner", list_of(kInner, "inner objects"), Need::optional},
    {"counts", table_of(kCount, "counts"), Need::optional},
    {"size", number("bytes, or null", 1).nullable(), Need::optional},
    {"is_on", flag("whether"), Need::optional},
    {"more", object("whatever"), Need::optional},
});
constexpr Schema kThing = object("a thing", kMembers);

/// The first problem of a text.
std::string problem_of(const char* written) {
  const auto value = parse(written);
  EXPECT_TRUE(value) << written;
  Problems problems;
  check(*value, kThing, problems);
  return problems.status() ? "none" : problems.status().error().message;
}

TEST(Schema, takes_what_it_says) {
  EXPECT_EQ(problem_of(R"({"name": "a"})"), "none");
  EXPECT_EQ(problem_of(R"({"name": "", "mode": "proxy", "words": ["a", ""], "inner": [{"count": 9}],
      "counts": {"a b": 0}, "size": 9007199254740991, "is_on": false, "more": {"x": [1]}})"),
            "none");
  EXPECT_EQ(problem_of(R"({"name": "a", "size": null, "words": [], "counts": {}})"), "none");
}

TEST(Schema, names_the_member_that_is_wrong) {
  EXPECT_EQ(problem_of(R"({})"), "member 'name' is missing");
  EXPECT_EQ(problem_of(R"({"name": null})"), "member 'name' is not a text");
  EXPECT_EQ(problem_of(R"({"name": "a", "mode": "off"})"),
            "member 'mode' is not one of: serve, proxy");
  EXPECT_EQ(problem_of(R"({"name": "a", "words": ["a", 7]})"), "member 'words[1]' is not a text");
  EXPECT_EQ(problem_of(R"({"name": "a", "words": "a"})"), "member 'words' is not a list");
  EXPECT_EQ(problem_of(R"({"name": "a", "inner": [{"count": 1}, {}]})"),
            "member 'inner[1].count' is missing");
  EXPECT_EQ(problem_of(R"({"name": "a", "inner": [{"count": 10}]})"),
            "member 'inner[0].count' is not from 0 to 9");
  EXPECT_EQ(problem_of(R"({"name": "a", "inner": [{"count": -1}]})"),
            "member 'inner[0].count' is not a whole number");
  EXPECT_EQ(problem_of(R"({"name": "a", "counts": {"x": "y"}})"),
            "member 'counts.x' is not a whole number");
  EXPECT_EQ(problem_of(R"({"name": "a", "size": 0})"),
            "member 'size' is not from 1 to 9007199254740991");
  EXPECT_EQ(problem_of(R"({"name": "a", "is_on": 1})"), "member 'is_on' is not true or false");
  EXPECT_EQ(problem_of(R"({"name": "a", "more": []})"), "member 'more' is not an object");
  EXPECT_EQ(problem_of(R"({"name": "a", "size": 18446744073709551615})"),
            "member 'size' is not from 1 to 9007199254740991");
}

TEST(Schema, knows_no_others_but_where_it_names_none) {
  EXPECT_EQ(problem_of(R"({"name": "a", "inner": [{"count": 1, "cuont": 2}]})"),
            "member 'inner[0].cuont' is unknown; there are: count");
}

TEST(Schema, is_described_to_programs) {
  const Value strict = describe(kThing, Others::refused);
  EXPECT_EQ(strict["required"], Value({"name"}));
  EXPECT_EQ(strict["additionalProperties"], false);
  const Value& properties = strict["properties"];
  EXPECT_EQ(properties["mode"].dump(),
            R"({"description":"a mode","enum":["serve","proxy"],"type":"string"})");
  EXPECT_EQ(properties["size"].dump(),
            R"({"description":"bytes, or null","maximum":9007199254740991,"minimum":1,)"
            R"("type":["integer","null"]})");
  EXPECT_EQ(properties["inner"]["items"]["additionalProperties"], false);
  EXPECT_EQ(properties["counts"]["additionalProperties"]["type"], "integer");
  EXPECT_FALSE(properties["more"].contains("additionalProperties"));
  EXPECT_FALSE(describe(kThing, Others::allowed).contains("additionalProperties"));
}

}  // namespace
}  // namespace muster::json
