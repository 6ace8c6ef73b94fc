#include "core/base/text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace muster {
namespace {

using Texts = std::vector<std::string>;

TEST(Text, split_of_nothing_is_nothing) { EXPECT_EQ(split("", ','), Texts{}); }

TEST(Text, split_keeps_empty_parts) { EXPECT_EQ(split(",a,", ','), (Texts{"", "a", ""})); }

RC_GTEST_PROP(Text, join_undoes_split, (const std::string& text)) {
  RC_ASSERT(join(split(text, ','), ",") == text);
}

TEST(Text, lines_take_both_line_ends_and_no_last_empty_line) {
  EXPECT_EQ(lines("a\r\nb\n\nc\n"), (Texts{"a", "b", "", "c"}));
}

TEST(Text, trim_takes_blanks_at_both_ends_only) { EXPECT_EQ(trim(" \t a b\r\n"), "a b"); }

TEST(Text, trim_of_blanks_is_empty) { EXPECT_EQ(trim(" \n\t "), ""); }

TEST(Text, lower_changes_ascii_only) { EXPECT_EQ(lower("ÄbC-1"), "Äbc-1"); }

TEST(Text, nearest_finds_a_slip_of_the_finger) {
  const Texts keys = {"hostname", "interface", "address"};
  EXPECT_EQ(nearest("hostnam", keys), "hostname");
  EXPECT_EQ(nearest("Interfcae", keys), "interface");
}

TEST(Text, nearest_does_not_guess_far_away) {
  EXPECT_EQ(nearest("volumes", Texts{"hostname", "hpc"}), std::nullopt);
}

TEST(Text, nearest_of_no_candidates_is_none) { EXPECT_EQ(nearest("a", Texts{}), std::nullopt); }

TEST(Text, printable_shows_control_characters_and_escape_sequences) {
  EXPECT_EQ(printable("a\x1b[2Jb\n\x7f"), "a\\x1b[2Jb\\x0a\\x7f");
}

TEST(Text, printable_keeps_utf8) { EXPECT_EQ(printable("Zürich … 日本"), "Zürich … 日本"); }

TEST(Text, printable_shows_bytes_that_are_not_utf8) {
  EXPECT_EQ(printable("\xff\xc0\xaf"), "\\xff\\xc0\\xaf");
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "half of a surrogate pair";
  EXPECT_EQ(printable("\xe2\x80"), "\\xe2\\x80") << "cut in the middle";
}

TEST(Text, printable_ends_at_its_limit) { EXPECT_EQ(printable("abcdef", 3), "abc…"); }

TEST(Text, printable_counts_what_it_writes_and_not_what_it_reads) {
  EXPECT_EQ(printable("ab\n", 5), "ab…") << "four bytes for the line end";
  EXPECT_EQ(printable("ab\n", 6), "ab\\x0a");
}

RC_GTEST_PROP(Text, printable_of_printable_changes_nothing, (const std::string& text)) {
  RC_ASSERT(printable(printable(text, 16), 16) == printable(text, 16));
}

RC_GTEST_PROP(Text, printable_never_lets_a_control_byte_through, (const std::string& text)) {
  for (const char c : printable(text)) RC_ASSERT(static_cast<unsigned char>(c) >= 0x20);
}

TEST(Text, hex_is_lower_case_and_padded) {
  const std::array<unsigned char, 3> bytes = {0x00, 0xab, 0x0f};
  EXPECT_EQ(hex(bytes), "00ab0f");
}

TEST(Text, parse_hex_takes_digits_of_either_case_and_nothing_else) {
  EXPECT_EQ(parse_hex("10de"), 0x10deU);
  EXPECT_EQ(parse_hex("FFFFFFFF"), 0xffffffffU);
  for (const char* const bad : {"", "0x10", "-1", "+1", " 1", "1 ", "1g", "100000000"}) {
    EXPECT_EQ(parse_hex(bad), std::nullopt) << bad;
  }
}

TEST(Text, parse_number_takes_digits_and_nothing_else) {
  EXPECT_EQ(parse_number("18446744073709551615"), 18446744073709551615U);
  for (const auto* bad : {"", "-1", "+1", " 1", "1 ", "0x1", "1.0", "18446744073709551616"}) {
    EXPECT_EQ(parse_number(bad), std::nullopt) << bad;
  }
}

TEST(Text, host_labels_follow_rfc_1123) {
  EXPECT_TRUE(is_host_label("n001"));
  EXPECT_TRUE(is_host_label("3com"));
  EXPECT_TRUE(is_host_label(std::string(63, 'a')));
  for (const auto& bad : Texts{"", "-a", "a-", "a.b", "a_b", "ä", std::string(64, 'a')}) {
    EXPECT_FALSE(is_host_label(bad)) << bad;
  }
}

TEST(Text, printable_escapes_the_control_characters_above_ascii_too) {
  EXPECT_EQ(printable("a\xc2\x9b"
                      "2J"),
            "a\\xc2\\x9b2J");
  EXPECT_EQ(printable("\xc2\xa0\xc3\xbc"), "\xc2\xa0\xc3\xbc");
}

TEST(DecodeText, takes_a_byte_order_mark_away_and_nothing_else) {
  EXPECT_EQ(decode_text("\xEF\xBB\xBFname: a").value(), "name: a");
  EXPECT_EQ(decode_text("name: a").value(), "name: a");
  EXPECT_EQ(decode_text("").value(), "");
  EXPECT_EQ(decode_text("a\xEF\xBB\xBF").value(), "a\xEF\xBB\xBF") << "it is a character there";
}

TEST(DecodeText, names_encodings_of_two_and_four_bytes) {
  using namespace std::string_view_literals;
  for (const std::string_view bytes : {"\xFF\xFE"
                                       "a\0"sv,
                                       "\xFE\xFF\0a"sv, "\xFF\xFE\0\0"sv, "\0\0\xFE\xFF"sv}) {
    EXPECT_FALSE(decode_text(bytes));
  }
}

}  // namespace
}  // namespace muster
