#include "core/base/node_set.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <set>

#include "core/base/text.h"

namespace muster {
namespace {

using Names = std::vector<std::string>;

Names expand(std::string_view text) { return parse_node_set(text).value().names(); }
std::string fold(std::string_view text) { return to_string(parse_node_set(text).value()); }
std::string error(std::string_view text) {
  const auto nodes = parse_node_set(text);
  return nodes ? "no error" : nodes.error().text();
}

TEST(NodeSet, an_empty_expression_is_the_empty_set) {
  EXPECT_TRUE(parse_node_set("  ").value().empty());
  EXPECT_EQ(fold(""), "");
}

TEST(NodeSet, keeps_zero_padding) { EXPECT_EQ(expand("n[08-10]"), (Names{"n08", "n09", "n10"})); }

TEST(NodeSet, padded_and_plain_numbers_are_two_nodes) {
  EXPECT_EQ(parse_node_set("n1,n01,n001").value().size(), 3U);
  EXPECT_EQ(fold("n9,n10,n09"), "n[9,09-10]");
}

TEST(NodeSet, steps_leave_nodes_out) { EXPECT_EQ(expand("n[1-8/3]"), (Names{"n1", "n4", "n7"})); }

TEST(NodeSet, several_numbers_in_a_name_combine) {
  EXPECT_EQ(expand("r[1-2]n[01-02]"), (Names{"r1n01", "r1n02", "r2n01", "r2n02"}));
}

TEST(NodeSet, digits_beside_a_bracket_belong_to_its_number) {
  EXPECT_EQ(expand("n0[8-9]"), (Names{"n08", "n09"}));
  EXPECT_EQ(expand("n[1-2]5"), (Names{"n15", "n25"}));
  EXPECT_EQ(expand("n[1-2][3-4]"), (Names{"n13", "n14", "n23", "n24"}));
}

TEST(NodeSet, doubles_count_once) { EXPECT_EQ(fold("n[1-3,2],n2 n3"), "n[1-3]"); }

TEST(NodeSet, comma_and_blank_add) { EXPECT_EQ(fold("n1 , n2  x"), "n[1-2],x"); }

TEST(NodeSet, exclamation_mark_takes_away) { EXPECT_EQ(fold("n[1-5]!n[2-3]"), "n[1,4-5]"); }

TEST(NodeSet, ampersand_keeps_what_both_have) { EXPECT_EQ(fold("n[1-5]&n[4-9],x"), "n[4-5],x"); }

TEST(NodeSet, circumflex_keeps_what_one_has) { EXPECT_EQ(fold("n[1-5]^n[4-7]"), "n[1-3,6-7]"); }

TEST(NodeSet, operations_go_from_left_to_right) {
  EXPECT_EQ(fold("n[1-5]!n3,n3"), "n[1-5]");
  EXPECT_EQ(fold("n[1-2],n9&n9"), "n9");
}

TEST(NodeSet, folds_by_number_not_by_text) { EXPECT_EQ(fold("n10,n9,n1"), "n[1,9-10]"); }

TEST(NodeSet, folding_ends_where_padding_would_change) {
  EXPECT_EQ(fold("n[099-999],n1000"), "n[099-999,1000]");
  EXPECT_EQ(fold("n[98-101]"), "n[98-101]");
  EXPECT_EQ(fold("n[7,08]"), "n[7,08]");
  EXPECT_EQ(fold("n[0,01]"), "n[0,01]");
}

TEST(NodeSet, folds_several_numbers_into_few_parts) {
  EXPECT_EQ(fold("r1n1,r1n2,r2n1,r2n2"), "r[1-2]n[1-2]");
  EXPECT_EQ(fold("r1n01,r1n02,r2n01,r2n02,r3n01"), "r[1-2]n[01-02],r3n01");
}

TEST(NodeSet, names_without_a_number_are_kept_as_they_are) { EXPECT_EQ(fold("b,a"), "a,b"); }

TEST(NodeSet, numbers_before_the_last_four_are_text) {
  EXPECT_EQ(expand("a1b2c3d4e[5-6]"), (Names{"a1b2c3d4e5", "a1b2c3d4e6"}));
  EXPECT_NE(error("a[1-2]b2c3d4e5"), "no error");
  EXPECT_EQ(fold("a0b[1-2]c[3-4]d[5-6]e[7-8]"), "a0b[1-2]c[3-4]d[5-6]e[7-8]");
}

TEST(NodeSet, digits_too_many_for_a_number_are_text) {
  EXPECT_EQ(fold("n1234567890123456789"), "n1234567890123456789");
  EXPECT_NE(error("n1234567890123456789[1-2]"), "no error");
  EXPECT_NE(error("n12345678[1-2]12345678"), "no error");
}

TEST(NodeSet, errors_say_what_is_wrong_and_what_is_allowed) {
  EXPECT_EQ(error("n[1-3"), "node set 'n[1-3': '[' is not closed; write ranges as '[1-4]'");
  EXPECT_EQ(error("n1]"), "node set 'n1]': ']' closes no '['; write ranges as '[1-4]'");
  EXPECT_EQ(error("n[5-1]"),
            "node set 'n[5-1]': range '5-1' ends before it starts; write the lower number first");
  EXPECT_EQ(error("n[8-011]"),
            "node set 'n[8-011]': range '8-011' pads its ends differently; "
            "write both with the same count of digits, as '001-100'");
  EXPECT_EQ(error("n[001-1000]"),
            "node set 'n[001-1000]': range '001-1000' pads its ends differently; write "
            "'001-999,1000' when that is meant");
  EXPECT_TRUE(error("n[01-250]").ends_with("write '01-99,100-250' when that is meant"));
  EXPECT_EQ(error("n1,,n2"),
            "node set 'n1,,n2': there is no node at character 4; write a name on "
            "both sides of ',', '!', '&' and '^'");
  EXPECT_EQ(error("a;b"),
            "node set 'a;b': ';' may not be in a node's name; names have letters, digits, '-', '_' "
            "and '.'");
}

TEST(NodeSet, malformed_expressions_are_refused) {
  for (const auto* bad :
       {"n[]", "n[a-b]", "n[1-]", "n[-1]", "n[1,]", "n[1-2-3]", "n[1-4/0]", "n[5/2]", "n[1[2]]",
        "!n1", "n1!", "n1 ,, n2", ",", "n*", "n\x01", "n[1 2]", "@", "[]"}) {
    EXPECT_NE(error(bad), "no error") << bad;
  }
}

TEST(NodeSet, expansion_is_capped) {
  EXPECT_EQ(parse_node_set("n[1-1000000]").value().size(), NodeSet::kMaxNodes);
  EXPECT_EQ(error("n[1-1000001]"),
            "node set 'n[1-1000001]': a node set has more than 1000000 "
            "nodes; name fewer nodes");
  EXPECT_NE(error("n[0-999999999999999]"), "no error");
  EXPECT_NE(error("a[1-1000]b[1-1000]c[1-1000]d[1-1000]"), "no error");
  EXPECT_NE(error("a[1-1000000],b[1-1000000]"), "no error");
}

TEST(NodeSet, doubles_do_not_count_towards_the_cap) {
  EXPECT_EQ(parse_node_set("n[1-900000],n[1-900000],n[1-900000],n1").value().size(), 900'000U);
}

TEST(NodeSet, operations_are_capped_since_each_costs_time_for_the_whole_set) {
  std::string text = "n[1-10]";
  for (int i = 0; i < 1001; ++i) text += "!x";
  EXPECT_NE(error(text), "no error");
}

TEST(NodeSet, names_longer_than_dns_allows_are_refused) {
  EXPECT_NE(error(std::string(254, 'n')), "no error");
  EXPECT_EQ(error(std::string(253, 'n')), "no error");
}

TEST(NodeSet, groups_come_from_the_callback) {
  const NodeGroups groups = [](std::string_view name) -> Result<NodeSet> {
    if (name == "*") return parse_node_set("n[1-9]");
    if (name == "rack1") return parse_node_set("n[1-4]");
    if (name == "rack2") return parse_node_set("n[5-8]");
    return fail("no such group", "");
  };
  EXPECT_EQ(to_string(parse_node_set("@*!@rack1", groups).value()), "n[5-9]");
  EXPECT_EQ(to_string(parse_node_set("@rack[1-2]", groups).value()), "n[1-8]");
  EXPECT_EQ(parse_node_set("@rack3", groups).error().message, "no such group");
}

TEST(NodeSet, groups_need_a_callback) {
  EXPECT_EQ(error("@rack1"),
            "node set '@rack1': this command knows no groups, and so no '@rack1'; write the nodes' "
            "names");
}

TEST(NodeSet, contains_finds_exact_names) {
  const NodeSet nodes = parse_node_set("n[01-20],head,r[1-2]n3").value();
  for (const auto* name : {"n01", "n20", "head", "r2n3"}) EXPECT_TRUE(nodes.contains(name)) << name;
  for (const auto* name : {"n1", "n021", "hea", "r3n3", "", "n[01]", "r2n"}) {
    EXPECT_FALSE(nodes.contains(name)) << name;
  }
}

TEST(NodeSet, from_names_takes_names_not_expressions) {
  EXPECT_EQ(to_string(NodeSet::from_names(Names{"n2", "n1"}).value()), "n[1-2]");
  EXPECT_FALSE(NodeSet::from_names(Names{"n[1-2]"}));
  EXPECT_FALSE(NodeSet::from_names(Names{"n1,n2"}));
  EXPECT_FALSE(NodeSet::from_names(Names{""}));
}

/// Names whose patterns, numbers and widths meet often.
rc::Gen<std::set<std::string>> some_names() {
  const auto number = rc::gen::element<std::string>("", "0", "1", "7", "8", "9", "10", "11", "00",
                                                    "01", "08", "09", "099", "100", "0100", "1000");
  const auto text = rc::gen::element<std::string>("a", "b", "-");
  const auto name = rc::gen::apply([](const auto&... parts) { return (parts + ...); }, text, number,
                                   text, number);
  return rc::gen::resize(300, rc::gen::container<std::set<std::string>>(name));
}

NodeSet set_of(const std::set<std::string>& names) {
  return NodeSet::from_names(Names(names.begin(), names.end())).value();
}

std::set<std::string> names_of(const NodeSet& nodes) {
  const Names names = nodes.names();
  return {names.begin(), names.end()};
}

RC_GTEST_PROP(NodeSet, holds_exactly_the_names_put_in, ()) {
  const auto names = *some_names();
  RC_ASSERT(names_of(set_of(names)) == names);
  RC_ASSERT(set_of(names).size() == names.size());
}

RC_GTEST_PROP(NodeSet, parsing_its_text_gives_the_same_set, ()) {
  const NodeSet nodes = set_of(*some_names());
  RC_ASSERT(parse_node_set(to_string(nodes)).value() == nodes);
}

RC_GTEST_PROP(NodeSet, operations_are_those_of_sets, ()) {
  const auto a = *some_names();
  const auto b = *some_names();
  std::set<std::string> both, left, one, all;
  std::ranges::set_union(a, b, std::inserter(all, all.end()));
  std::ranges::set_intersection(a, b, std::inserter(both, both.end()));
  std::ranges::set_difference(a, b, std::inserter(left, left.end()));
  std::ranges::set_symmetric_difference(a, b, std::inserter(one, one.end()));
  RC_ASSERT((set_of(a) |= set_of(b)) == set_of(all));
  RC_ASSERT((set_of(a) &= set_of(b)) == set_of(both));
  RC_ASSERT((set_of(a) -= set_of(b)) == set_of(left));
  RC_ASSERT((set_of(a) ^= set_of(b)) == set_of(one));
}

}  // namespace
}  // namespace muster
