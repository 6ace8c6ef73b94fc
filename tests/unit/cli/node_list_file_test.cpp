#include "apps/muster/node_list_file.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace muster::cli {
namespace {

std::string problem_of(const std::string& text) {
  const auto nodes = parse_node_file(text, "rack1.txt");
  return nodes ? "" : nodes.error().message;
}

TEST(NodeListFile, a_node_is_a_line) {
  const auto nodes = parse_node_file(
      "# rack 1\n\nn001 10.42.1.1 52:54:00:00:00:01\nn002,10.42.1.2,52-54-00-00-00-02  # top\r\n",
      "rack1.txt");
  ASSERT_TRUE(nodes) << nodes.error().text();
  ASSERT_EQ(nodes->size(), 2U);
  EXPECT_EQ((*nodes)[1].at("name"), "n002");
  EXPECT_EQ((*nodes)[1].at("address"), "10.42.1.2");
  EXPECT_EQ((*nodes)[1].at("mac"), "52:54:00:00:00:02");
}

TEST(NodeListFile, a_mistake_is_named_with_its_line) {
  EXPECT_TRUE(problem_of("n001 10.42.1.1 52:54:00:00:00:01\nn002 10.42.1.2\n")
                  .starts_with("rack1.txt:2: 2 words instead of three"));
  EXPECT_TRUE(problem_of("a.b 10.42.1.1 52:54:00:00:00:01\n").starts_with("rack1.txt:1: 'a.b'"));
  EXPECT_TRUE(problem_of("n1 10.42.1 52:54:00:00:00:01\n").starts_with("rack1.txt:1: "));
  EXPECT_TRUE(problem_of("n1 10.42.1.1 52:54\n").starts_with("rack1.txt:1: "));
  EXPECT_EQ(problem_of("# nothing\n"), "rack1.txt: there is no node in it");
}

TEST(NodeListFile, all_lines_with_a_mistake_are_named_at_once) {
  EXPECT_TRUE(problem_of("n1 10.42.1 52:54:00:00:00:01\nn2 10.42.1.2 52:54:00:00:00:02\nn3\n\nn4\n")
                  .ends_with("; refused as well: lines 3, 5"));
  std::string all;
  for (int i = 0; i < 13; ++i) all += "n1\n";
  EXPECT_TRUE(problem_of(all).ends_with("9, 10, 11 and 2 more")) << problem_of(all);
}

TEST(NodeListFile, takes_mac_addresses_as_vendors_write_them) {
  for (const char* mac : {"5254.0000.0a01", "525400000A01", "52-54-00-00-0a-01"}) {
    const auto nodes = parse_node_file(std::string("n1 10.42.1.1 ") + mac, "a.txt");
    ASSERT_TRUE(nodes) << nodes.error().text();
    EXPECT_EQ(nodes->at(0).at("mac"), "52:54:00:00:0a:01");
  }
  EXPECT_NE(problem_of("n1 10.42.1.1 52540000000"), "");
  const auto turned = parse_node_file("n1 52:54:00:00:00:01 10.42.1.1\n", "a.txt");
  ASSERT_FALSE(turned);
  EXPECT_EQ(turned.error().text(),
            "a.txt:1: the MAC address comes before the address; write 'NAME ADDRESS MAC': 'n1 "
            "10.42.1.1 52:54:00:00:00:01'");
}

TEST(NodeListFile, may_begin_with_a_byte_order_mark) {
  const auto nodes = parse_node_file("\xEF\xBB\xBFn001 10.42.1.1 52:54:00:00:00:01\r\n", "a.txt");
  ASSERT_TRUE(nodes) << nodes.error().text();
  EXPECT_EQ(nodes->at(0).at("name"), "n001");
}

TEST(NodeListFile, in_utf_16_is_told_as_such) {
  const auto nodes = parse_node_file(std::string_view("\xFF\xFEn\0\n\0", 6), "a.txt");
  ASSERT_FALSE(nodes);
  EXPECT_EQ(nodes.error().text(),
            "a.txt: the file is in UTF-16 or UTF-32; save it as plain text in UTF-8");
}

}  // namespace
}  // namespace muster::cli
