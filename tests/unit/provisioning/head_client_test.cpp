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

}  // namespace
}  // namespace muster::agent
