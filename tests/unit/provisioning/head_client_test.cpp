#include "provisioning/agent/head_client.h"

#include <gtest/gtest.h>

namespace muster::agent {
namespace {

TEST(DiscoverAnswer, that_waits_says_why) {
  const auto answer = parse_discover_answer(
      "10.42.0.1", R"({"state":"wait","reason":"waits for adoption","time_ms":1700000000000})");
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_FALSE(answer->invited);
  EXPECT_EQ(answer->reason, "waits for adoption");
}

TEST(DiscoverAnswer, has_a_time_that_a_clock_can_be_set_to) {
  for (const char* time : {"-9223372036854775808", "1e300", "18446744073709551615", "\"noon\""}) {
    EXPECT_FALSE(parse_discover_answer(
        "10.42.0.1", std::string(R"({"state":"wait","reason":"","time_ms":)") + time + "}"))
        << time;
  }
}

TEST(Wanted, is_a_plan_and_for_a_node_that_is_to_reboot_a_wish) {
  const auto usual = parse_wanted(R"({"generation":"g1"})");
  ASSERT_TRUE(usual) << usual.error().text();
  EXPECT_EQ(usual->reboot, "");
  const auto wished = parse_wanted(R"({"generation":"g1","reboot":"0123456789abcdef"})");
  ASSERT_TRUE(wished) << wished.error().text();
  EXPECT_EQ(wished->generation, "g1");
  EXPECT_EQ(wished->reboot, "0123456789abcdef");
  EXPECT_FALSE(parse_wanted(R"({"reboot":"0123456789abcdef"})"));
}

TEST(Wanted, has_no_wish_when_it_is_no_short_text) {
  for (const std::string& strange : {std::string("true"), std::string("7"), std::string("null"),
                                     '"' + std::string(65, 'a') + '"'}) {
    const auto wanted = parse_wanted(R"({"generation":"g1","reboot":)" + strange + "}");
    ASSERT_TRUE(wanted) << wanted.error().text();
    EXPECT_EQ(wanted->reboot, "") << strange;
  }
}

}  // namespace
}  // namespace muster::agent
