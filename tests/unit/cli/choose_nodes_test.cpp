#include "apps/muster/choose_nodes.h"

#include <gtest/gtest.h>

namespace muster::cli {
namespace {

using Words = std::vector<std::string>;

TEST(ChooseNodes, divides_a_word_between_machines_and_names) {
  const auto chosen = choose_nodes("n[001-002,004],52:54:00:00:00:01 0123456789abcdef,n007");
  ASSERT_TRUE(chosen) << chosen.error().error.text();
  EXPECT_EQ(to_string(chosen->names), "n[001-002,004,007]");
  EXPECT_EQ(chosen->machines, (Words{"52:54:00:00:00:01", "0123456789abcdef"}));
  EXPECT_EQ(chosen->words(),
            (Words{"n001", "n002", "n004", "n007", "52:54:00:00:00:01", "0123456789abcdef"}));
}

TEST(ChooseNodes, leaves_a_word_without_machines_to_the_node_set) {
  EXPECT_EQ(to_string(choose_nodes("n[1-9]!n[2-8]")->names), "n[1,9]");
  const auto wrong = choose_nodes("n[1-");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().status, kUsage);
}

TEST(ChooseNodes, takes_an_empty_word_for_nobody) {
  EXPECT_TRUE(choose_nodes("")->empty());
  EXPECT_EQ(choose_some_nodes("").error().status, kUsage);
}

TEST(ChooseNodes, knows_machines_from_names) {
  EXPECT_TRUE(is_machine("52-54-00-00-00-01"));
  EXPECT_TRUE(is_machine("0123456789abcdef"));
  EXPECT_FALSE(is_machine("0123456789ABCDEF"));
  EXPECT_FALSE(is_machine("0123456789abcde"));
  EXPECT_FALSE(is_machine("n001"));
}

}  // namespace
}  // namespace muster::cli
