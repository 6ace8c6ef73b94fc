#include "apps/muster/node_progress.h"

#include <gtest/gtest.h>

namespace muster::cli {
namespace {

NodeSet some() { return parse_node_set("n[001-003]").value(); }

TEST(NodeProgress, a_node_is_ready_when_it_holds_the_plan_of_this_moment) {
  const auto progress = read_node_progress(
      R"({"nodes":[{"name":"n001","state":"ready","stage":"ready","holds_plan":true},
                   {"name":"n002","state":"ready","stage":"ready","holds_plan":false},
                   {"name":"n003","state":"booting","stage":"image"},
                   {"name":"n004","state":"ready","stage":"ready","holds_plan":true}]})",
      some());
  ASSERT_TRUE(progress) << progress.error().text();
  EXPECT_EQ(progress->ready, std::vector<std::string>{"n001"});
  ASSERT_EQ(progress->waiting.size(), 2U);
  EXPECT_EQ(progress->waiting[0].name, "n002");
  EXPECT_EQ(progress->waiting[0].why, "is ready with an older plan");
  EXPECT_EQ(progress->waiting[1].why, "is booting, at stage 'image'");
  EXPECT_TRUE(progress->waiting[1].is_known);
}

TEST(NodeProgress, a_node_that_never_came_is_waited_for) {
  const auto progress = read_node_progress(R"({"nodes":[]})", some());
  ASSERT_TRUE(progress) << progress.error().text();
  EXPECT_EQ(progress->waiting.size(), 3U);
  EXPECT_EQ(progress->waiting[0].why, "is not known yet");
  EXPECT_FALSE(progress->waiting[0].is_known);
}

TEST(NodeProgress, a_failure_is_told_with_its_stage_and_reason) {
  const auto progress = read_node_progress(
      R"({"nodes":[{"name":"n001","state":"failed","stage":"image","reason":"wrong hash"}]})",
      parse_node_set("n001").value());
  ASSERT_TRUE(progress) << progress.error().text();
  EXPECT_EQ(progress->waiting.at(0).why, "failed at stage 'image': wrong hash");
}

TEST(NodeProgress, an_answer_that_is_none_is_an_error) {
  EXPECT_FALSE(read_node_progress("<html>", some()));
  EXPECT_FALSE(read_node_progress(R"({"nodes":3})", some()));
}

}  // namespace
}  // namespace muster::cli
