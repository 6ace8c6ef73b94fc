#include "core/json/members.h"

#include <functional>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace muster::json {
namespace {

/// The first problem of reading `text` by `read`.
std::string problem_of(const char* text, const std::function<void(Members&)>& read) {
  const auto value = parse(text);
  EXPECT_TRUE(value) << text;
  Problems problems;
  Members members(*value, problems);
  read(members);
  const Status status = problems.status();
  if (status) return "none";
  EXPECT_EQ(status.error().kind, ErrorKind::invalid);
  return status.error().message;
}

TEST(Members, are_read_with_their_types) {
  const Value value =
      *parse(R"({"word": "n001", "words": ["a", "b"], "text": "a\nb ä", "lines": ["x\ty"],
      "number": 18446744073709551615, "flag": true, "list": [1], "object": {"word": "inner"}})");
  Problems problems;
  Members members(value, problems);
  EXPECT_EQ(members.word("word", 4), "n001");
  EXPECT_EQ(members.find_words("words", 2, 1), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(members.text("text", 6), "a\nb ä");
  EXPECT_EQ(members.find_lines("lines", 1, 8), std::vector<std::string>{"x\\x09y"});
  EXPECT_EQ(members.number("number", 0, UINT64_MAX), UINT64_MAX);
  EXPECT_EQ(members.find_flag("flag"), true);
  EXPECT_EQ(members.list("list").size(), 1U);
  EXPECT_EQ(members.object("object").word("word", 8), "inner");
  members.refuse_unknown();
  EXPECT_TRUE(problems.status()) << problems.status().error().text();
}

TEST(Members, that_are_absent_or_null_are_none_or_missing) {
  const auto read_optional = [](Members& m) {
    EXPECT_EQ(m.find_word("a", 9), std::nullopt);
    EXPECT_EQ(m.find_words("a", 9, 9), std::nullopt);
    EXPECT_EQ(m.find_text("a", 9), std::nullopt);
    EXPECT_EQ(m.find_shown("a", 9), std::nullopt);
    EXPECT_EQ(m.find_lines("a", 9, 9), std::nullopt);
    EXPECT_EQ(m.find_number("a", 0, 9), std::nullopt);
    EXPECT_EQ(m.find_flag("a"), std::nullopt);
    EXPECT_EQ(m.find_list("a"), nullptr);
    EXPECT_FALSE(m.find_object("a"));
  };
  EXPECT_EQ(problem_of("{}", read_optional), "none");
  EXPECT_EQ(problem_of(R"({"a": null})", read_optional), "none");
  for (const char* text : {"{}", R"({"a": null})"}) {
    const std::string missing = "member 'a' is missing";
    EXPECT_EQ(problem_of(text, [](Members& m) { EXPECT_EQ(m.word("a", 9), ""); }), missing);
    EXPECT_EQ(problem_of(text, [](Members& m) { EXPECT_EQ(m.text("a", 9), ""); }), missing);
    EXPECT_EQ(problem_of(text, [](Members& m) { EXPECT_EQ(m.shown("a", 9), ""); }), missing);
    EXPECT_EQ(problem_of(text, [](Members& m) { EXPECT_EQ(m.number("a", 3, 9), 3U); }), missing);
    EXPECT_EQ(problem_of(text, [](Members& m) { EXPECT_TRUE(m.list("a").empty()); }), missing);
    EXPECT_EQ(problem_of(text, [](Members& m) { m.object("a"); }), missing);
  }
}

TEST(Members, of_another_type_are_problems_that_name_them) {
  const char* const kNumber = R"({"a": 7})";
  EXPECT_EQ(problem_of(kNumber, [](Members& m) { m.word("a", 9); }), "member 'a' is not a text");
  EXPECT_EQ(problem_of(kNumber, [](Members& m) { m.find_text("a", 9); }),
            "member 'a' is not a text");
  EXPECT_EQ(problem_of(kNumber, [](Members& m) { m.find_shown("a", 9); }),
            "member 'a' is not a text");
  EXPECT_EQ(problem_of(kNumber, [](Members& m) { m.find_words("a", 9, 9); }),
            "member 'a' is not a list");
  EXPECT_EQ(problem_of(kNumber, [](Members& m) { m.find_lines("a", 9, 9); }),
            "member 'a' is not a list");
  EXPECT_EQ(problem_of(kNumber, [](Members& m) { m.list("a"); }), "member 'a' is not a list");
  EXPECT_EQ(problem_of(kNumber, [](Members& m) { m.find_flag("a"); }),
            "member 'a' is neither true nor false");
  EXPECT_EQ(problem_of(kNumber, [](Members& m) { m.find_object("a"); }),
            "member 'a' is not an object");
  EXPECT_EQ(problem_of(kNumber, [](Members& m) { m.object("a").word("b", 9); }),
            "member 'a' is not an object");
  EXPECT_EQ(problem_of(R"({"a": {"b": [1]}})", [](Members& m) { m.object("a").word("b", 9); }),
            "member 'a.b' is not a text");
  EXPECT_EQ(problem_of(R"({"a": ["b", 1]})", [](Members& m) { m.find_words("a", 9, 9); }),
            "member 'a[1]' is not a text");
  EXPECT_EQ(problem_of(R"({"a": ["b", 1]})", [](Members& m) { m.find_lines("a", 9, 9); }),
            "member 'a[1]' is not a text");
}

TEST(Members, numbers_are_whole_and_within_their_bounds) {
  const auto number_of = [](const char* text) {
    return problem_of(text, [](Members& m) { m.find_number("a", 2, 64); });
  };
  const std::string wrong = "member 'a' is not a whole number from 2 to 64";
  EXPECT_EQ(number_of(R"({"a": 2})"), "none");
  EXPECT_EQ(number_of(R"({"a": 64})"), "none");
  for (const char* text :
       {R"({"a": 1})", R"({"a": 65})", R"({"a": -3})", R"({"a": 3.0})", R"({"a": 1e300})",
        R"({"a": "3"})", R"({"a": true})", R"({"a": 18446744073709551618})"}) {
    EXPECT_EQ(number_of(text), wrong) << text;
  }
}

TEST(Members, words_are_short_printable_and_not_empty_where_they_are_needed) {
  const auto word_of = [](const char* text) {
    return problem_of(text, [](Members& m) { m.word("a", 4); });
  };
  EXPECT_EQ(word_of(R"({"a": "n001"})"), "none");
  EXPECT_EQ(word_of(R"({"a": "n0001"})"), "member 'a' is longer than 4 bytes");
  EXPECT_EQ(word_of(R"({"a": ""})"), "member 'a' is empty");
  for (const char* text : {R"({"a": "a b"})", R"({"a": "a\n"})", R"({"a": "\u0000"})",
                           R"({"a": "ä"})", R"({"a": "\u007f"})"}) {
    EXPECT_EQ(word_of(text), "member 'a' is not one word of printable ASCII") << text;
  }
  EXPECT_EQ(problem_of(R"({"a": ""})", [](Members& m) { EXPECT_EQ(m.find_word("a", 4), ""); }),
            "none");
  EXPECT_EQ(problem_of(R"({"a": ["b", "c", "d"]})", [](Members& m) { m.find_words("a", 2, 4); }),
            "member 'a' has more than 2 elements");
  EXPECT_EQ(problem_of(R"({"a": ["b", "c d"]})", [](Members& m) { m.find_words("a", 2, 4); }),
            "member 'a[1]' is not one word of printable ASCII");
}

TEST(Members, text_for_programs_is_refused_when_it_is_too_long_or_has_a_nul) {
  const auto text_of = [](const char* text) {
    return problem_of(text, [](Members& m) { m.text("a", 4); });
  };
  EXPECT_EQ(text_of(R"({"a": "a\nb"})"), "none");
  EXPECT_EQ(text_of(R"({"a": "abcde"})"), "member 'a' is longer than 4 bytes");
  EXPECT_EQ(text_of(R"({"a": "a\u0000"})"), "member 'a' has a NUL character");
  EXPECT_EQ(text_of(R"({"a": ""})"), "member 'a' is empty");
}

TEST(Members, text_for_people_is_cut_and_counted) {
  const Value value = *parse(R"({"a": "abcdef\u001b", "b": "abc", "c": ["12345", "2", "3"]})");
  Problems problems;
  Members members(value, problems);
  EXPECT_EQ(members.shown("a", 4), "abcd…");
  EXPECT_EQ(members.shown("b", 4), "abc");
  EXPECT_EQ(members.find_lines("c", 2, 4), (std::vector<std::string>{"1234…", "2"}));
  EXPECT_EQ(members.cut(), 2U);
  EXPECT_EQ(problems.count(), 0U);
}

TEST(Members, that_nobody_asked_for_are_ignored_or_refused) {
  const char* const kTwo = R"({"a": 1, "b\u001b": 2})";
  EXPECT_EQ(problem_of(kTwo, [](Members& m) { m.find_number("a", 0, 9); }), "none");
  EXPECT_EQ(problem_of(kTwo,
                       [](Members& m) {
                         m.find_number("a", 0, 9);
                         m.refuse_unknown();
                       }),
            "member 'b\\x1b' is unknown");
}

TEST(Members, of_something_else_than_an_object_are_a_problem) {
  const Value value = Value::array();
  Problems problems;
  Members members(value, problems, "hardware");
  EXPECT_EQ(members.find_word("a", 9), std::nullopt);
  EXPECT_EQ(problems.status().error().message, "member 'hardware' is not an object");
}

TEST(Problems, keep_the_first_and_count_all) {
  Problems problems;
  EXPECT_TRUE(problems.status());
  problems.add("a", "is missing");
  problems.add("b", "is missing");
  EXPECT_EQ(problems.status().error().message, "member 'a' is missing");
  EXPECT_EQ(problems.count(), 2U);
}

}  // namespace
}  // namespace muster::json
