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
  EXPECT_EQ((*nodes)[1].at("mac"), "52-54-00-00-00-02");
}

TEST(NodeListFile, a_mistake_is_named_with_its_line) {
  EXPECT_TRUE(problem_of("n001 10.42.1.1 52:54:00:00:00:01\nn002 10.42.1.2\n")
                  .starts_with("rack1.txt:2: 2 words instead of three"));
  EXPECT_TRUE(problem_of("a.b 10.42.1.1 52:54:00:00:00:01\n").starts_with("rack1.txt:1: 'a.b'"));
  EXPECT_TRUE(problem_of("n1 10.42.1 52:54:00:00:00:01\n").starts_with("rack1.txt:1: "));
  EXPECT_TRUE(problem_of("n1 10.42.1.1 52:54\n").starts_with("rack1.txt:1: "));
  EXPECT_EQ(problem_of("# nothing\n"), "rack1.txt: there is no node in it");
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
