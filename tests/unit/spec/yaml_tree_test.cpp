#include "core/spec/yaml_tree.h"

#include <gtest/gtest.h>

#include "tests/unit/spec/problems.h"

namespace muster::spec {
namespace {

std::string problem(std::string_view text) {
  const YamlOutcome outcome = parse_yaml(text);
  if (outcome.problems.empty()) return "none";
  const YamlProblem& first = outcome.problems.front();
  return std::to_string(first.mark.line) + ":" + std::to_string(first.mark.column) + ": " +
         first.message + "; " + first.hint;
}

std::string repeat(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(YamlTree, keeps_the_text_and_the_place_of_every_value) {
  const auto root = parse_yaml("a: yes\nb:\n  - 010\n  - 'x'\n").root;
  ASSERT_TRUE(root);
  EXPECT_EQ(root->entries[0].value->text, "yes");
  const YamlNode& list = *root->entries[1].value;
  EXPECT_EQ(list.items[0]->text, "010");
  EXPECT_EQ(list.items[1]->mark, (Mark{4, 5}));
  EXPECT_EQ(root->entries[1].key_mark, (Mark{2, 1}));
}

TEST(YamlTree, bytes_that_are_not_text_are_named_with_their_place) {
  EXPECT_EQ(problem("a: 1\nb: \xff\n"),
            "2:4: byte 0xff is not text; save the file as plain text in UTF-8");
  EXPECT_EQ(problem(std::string("a\0b", 3)).substr(0, 24), "1:2: byte 0x00 is not te");
  EXPECT_EQ(problem("\x7f"
                    "ELF")
                .substr(0, 24),
            "1:1: byte 0x7f is not te");
  EXPECT_EQ(problem("\xff\xfe"
                    "a\0")
                .substr(0, 14),
            "1:1: byte 0xff");
  EXPECT_EQ(problem("a: b\rc: d\n").substr(0, 14), "1:5: byte 0x0d");
}

TEST(YamlTree, a_line_of_a_directive_is_not_lost) {
  EXPECT_EQ(
      problem("a: 1\n%users: [x]\n"),
      "2:1: a line begins with '%', as directives of YAML before a file do; put quotes around "
      "the text, or a '#' before a comment");
  EXPECT_TRUE(problem("a: 1\n%TAG ! x").starts_with("2:1: a line begins with '%'"));
  EXPECT_EQ(problem("# mine\n%YAML 1.2\n---\na: 1\n"), "none");
}

TEST(YamlTree, tabs_as_indentation_are_explained) {
  EXPECT_NE(problem("a: 1\n\tb: 1\n").find("indent with blanks"), std::string::npos);
  EXPECT_NE(problem("a:\n\tb: 1\n").find("indent with blanks"), std::string::npos);
}

TEST(YamlTree, errors_of_syntax_have_a_place_and_say_what_to_do) {
  EXPECT_EQ(problem("a: b: c\n"),
            "1:5: there is ': ' where no key can be; check the indentation, and put quotes around "
            "a value that contains ': ', and check the indentation");
  EXPECT_EQ(problem("a: [1, 2\nb: 3\n").substr(0, 32), "2:2: a '[' or '{' is not closed;");
  EXPECT_EQ(problem("a: 1]]\nb: [1]]\n").substr(0, 25), "2:7: this closes nothing;");
  EXPECT_EQ(problem("a: *nobody\n"),
            "1:4: the alias names nothing; an alias '*name' needs '&name' before it");
  EXPECT_EQ(problem("a: @b\n"),
            "1:4: no value can start with this character; put quotes around the value");
  EXPECT_EQ(problem("a: \"\\q\"\n").substr(0, 56),
            "1:7: this is not YAML: unknown escape character: q; chec");
}

TEST(YamlTree, wrong_indentation_is_called_so) {
  const std::string_view hint =
      "the indentation does not fit the lines above; keys of one section, "
      "and '-' of one list, start in the same column";
  EXPECT_EQ(problem("a:\n  b: 1\n c: 2\n"), "3:2: " + std::string(hint));
  EXPECT_EQ(problem("a:\n  - x\n - y\n"), "3:2: " + std::string(hint));
  EXPECT_EQ(problem("  a: 1\nb: 2\n"), "2:1: " + std::string(hint));
  EXPECT_EQ(problem("- a\nb: 1\n"), "2:1: " + std::string(hint));
  EXPECT_EQ(problem("a:\n  b: 1\n    c: 1\n").substr(0, 5), "3:5: ");
}

TEST(YamlTree, a_quote_that_is_not_closed_does_not_swallow_the_file) {
  for (const auto* bad : {"a: \"x\nb: 1\n", "a: 'x\nb: 1\n", "a: 'it''s\nb: 1\n",
                          "a: \"x\\\"\nb: 1\n", "a: &k \"x\n", "a: !!str \"x\n"}) {
    EXPECT_EQ(problem(bad),
              "1:4: the quote that starts here is not closed; close it at the end of "
              "the value")
        << bad;
  }
  EXPECT_EQ(problem("\"a: b\nc: d\n").substr(0, 14), "1:1: the quote");
  for (const auto* good : {"a: \"x\\\"y\"\n", "a: 'it''s'\n", "a: it's\n", "a: \"x\n  y\"\n"}) {
    EXPECT_EQ(problem(good), "none") << good;
  }
}

TEST(YamlTree, a_second_document_is_refused) {
  EXPECT_EQ(problem("a: 1\n---\nb: 2\n"),
            "2:1: a second document starts here; describe one cluster in one file");
  EXPECT_EQ(problem("a: 1\n...\nb: 2\n").substr(0, 20), "3:1: a second docume");
}

TEST(YamlTree, foreign_tags_are_refused_and_standard_ones_ignored) {
  EXPECT_EQ(problem("a: !!python/object:os.system x\n"), "none");
  EXPECT_EQ(problem("a: !evil x\n").substr(0, 27), "1:4: tag '!evil' is unknown");
  EXPECT_EQ(parse_yaml("a: !!int '7'\n").root->entries[0].value->text, "7");
}

TEST(YamlTree, keys_must_be_single_values) {
  EXPECT_NE(problem("[a, b]: 1\n"), "none");
  EXPECT_NE(problem("? {a: b}\n: 1\n"), "none");
  EXPECT_NE(problem("a: {: 1}\n"), "none");
}

TEST(YamlTree, depth_is_limited) {
  EXPECT_EQ(problem("a: " + repeat("[", 14) + repeat("]", 14)), "none");
  EXPECT_EQ(problem("a: " + repeat("[", 300) + repeat("]", 300)),
            "1:19: lists and sections are nested more than 16 levels deep; a cluster needs no more "
            "than four");
  EXPECT_NE(problem("a: " + repeat("[", 500'000)), "none");
  EXPECT_NE(problem(repeat("{a: ", 300) + repeat("}", 300)).find("nested more than"),
            std::string::npos);
  EXPECT_NE(problem(repeat("- ", 100'000)).find("nested more than"), std::string::npos);
}

TEST(YamlTree, aliases_cannot_blow_up) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string last = " *a" + std::to_string(i - 1) + ",";
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + repeat(last, 10) + "]\n";
  }
  EXPECT_NE(problem(bomb).find("grows beyond all need"), std::string::npos);
}

TEST(YamlTree, aliases_cannot_nest_deeper_than_lists) {
  std::string text = "a0: &a0 [x]\n";
  for (int i = 1; i < 40; ++i) {
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) +
            "]\n";
  }
  EXPECT_NE(problem(text), "none");
}

TEST(YamlTree, an_alias_cannot_name_what_holds_it) {
  EXPECT_EQ(problem("a: &x [1, *x]\n"),
            "1:11: the alias names the list or section around it; write the value out");
}

TEST(YamlTree, hostile_repetition_ends_soon) {
  for (const auto* piece :
       {"[", "{",  "- ", "? ", "a: ", "!",    "&a ",   "*a ", "\"",   "'",  "|\n",  "%",
        "#", "\n", " ",  ",",  ":",   "- - ", "{a: [", "!<",  "--- ", "\\", "? - ", "a:\n"}) {
    const auto outcome = parse_cluster(repeat(piece, 200'000), "f");
    EXPECT_FALSE(outcome.spec) << piece;
  }
}

}  // namespace
}  // namespace muster::spec
