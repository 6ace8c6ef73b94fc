#include "iso/apt_words.h"

#include <gtest/gtest.h>

namespace muster::iso {
namespace {

using Words = std::vector<std::string>;

TEST(AptWords, are_parted_by_blanks_but_within_quotes_and_brackets) {
  EXPECT_EQ(quoted_words(" a\tb  \"c d\"e [f g]/ h\r"), (Words{"a", "b", "c de", "[f g]/", "h"}));
}

TEST(AptWords, end_at_a_comment_and_where_nothing_is_closed) {
  EXPECT_EQ(quoted_words("a b#c d"), (Words{"a", "b"}));
  EXPECT_EQ(quoted_words("a [#] b"), (Words{"a", "[#]", "b"}));
  EXPECT_EQ(quoted_words("a \"b c"), (Words{"a"}));
  EXPECT_EQ(quoted_words("a b[c d"), (Words{"a", "b"}));
  EXPECT_EQ(quoted_words("# a"), Words{});
}

TEST(AptWords, are_decoded) {
  EXPECT_EQ(quoted_words("%41%2fb%2F"), (Words{"A/b/"}));
  EXPECT_EQ(percent_decoded("%4 %zz %"), "%4 %zz %");
}

TEST(AptWords, are_what_they_were_when_encoded_and_decoded) {
  EXPECT_EQ(percent_encoded("a%41%"), "a%2541%25");
  EXPECT_EQ(percent_decoded(percent_encoded("a%41%")), "a%41%");
}

}  // namespace
}  // namespace muster::iso
