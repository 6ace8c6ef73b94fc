#include "hpc/scheduler_nodes.h"

#include <gtest/gtest.h>

namespace muster::hpc {
namespace {

TEST(Sinfo, names_usable_nodes) {
  const auto nodes = parse_sinfo("n001|idle|none\nn002|mixed|none\nn003|allocated|none\n");
  ASSERT_TRUE(nodes);
  ASSERT_EQ(nodes->size(), 3U);
  EXPECT_EQ(nodes->at(1),
            (SchedulerNode{.name = "n002", .state = "mixed", .usable = true, .reason = ""}));
}

TEST(Sinfo, keeps_the_reason_of_a_node_that_is_down) {
  const auto nodes = parse_sinfo("n001|drained*|Low RealMemory | 3%\n");
  ASSERT_TRUE(nodes);
  EXPECT_EQ(
      nodes->at(0),
      (SchedulerNode{
          .name = "n001", .state = "drained", .taken_out = true, .reason = "Low RealMemory | 3%"}));
}

TEST(Sinfo, forgets_why_a_node_that_takes_jobs_did_not_once) {
  const auto nodes = parse_sinfo("n001|idle|Not responding\nn002|idle*|Not responding\n");
  ASSERT_TRUE(nodes);
  EXPECT_EQ(nodes->at(0).reason, "");
  EXPECT_EQ(nodes->at(1).reason, "Not responding");
}

TEST(Sinfo, does_not_use_a_node_that_is_idle_but_does_not_answer) {
  const auto nodes = parse_sinfo("n001|idle*|none\n");
  ASSERT_TRUE(nodes);
  EXPECT_FALSE(nodes->at(0).usable);
  EXPECT_EQ(nodes->at(0).reason, "it does not answer");
}

TEST(Sinfo, knows_nodes_that_may_come_by_themselves) {
  const auto nodes = parse_sinfo("a|unknown|none\nb|idle*|none\nc|down*|off\nd|drained|x\n");
  ASSERT_TRUE(nodes);
  EXPECT_TRUE(nodes->at(0).settling);
  EXPECT_TRUE(nodes->at(1).settling);
  EXPECT_FALSE(nodes->at(2).settling);
  EXPECT_FALSE(nodes->at(3).settling);
}

TEST(Sinfo, counts_a_node_of_two_partitions_once) {
  EXPECT_EQ(parse_sinfo("n001|idle|none\nn001|idle|none\n")->size(), 1U);
}

TEST(Sinfo, takes_no_nodes_at_all) { EXPECT_TRUE(parse_sinfo("")->empty()); }

TEST(Sinfo, refuses_other_lines) {
  EXPECT_FALSE(parse_sinfo("slurm_load_partitions: error\n"));
  EXPECT_FALSE(parse_sinfo("n 1|idle|none\n"));
}

TEST(Sinfo, a_reason_of_several_lines_hides_no_other_node) {
  const auto nodes = parse_sinfo("n001|drained|fan\nordered | see ticket 7\n\nn002|idle|none\n");
  ASSERT_TRUE(nodes);
  ASSERT_EQ(nodes->size(), 2U);
  EXPECT_EQ(nodes->at(0).reason, "fan");
  EXPECT_EQ(nodes->at(1).name, "n002");
}

TEST(Sinfo, tells_which_nodes_are_taken_from_the_jobs) {
  const auto nodes = parse_sinfo(
      "a|down*|none\nb|draining|x\nc|inval|x\nd|fail|x\ne|idle*|none\nf|reserved|none\n"
      "g|maint|none\nh|reboot^|x\ni|planned|none\n");
  ASSERT_TRUE(nodes);
  std::string taken;
  for (const SchedulerNode& node : *nodes) taken += node.taken_out ? node.name : "";
  EXPECT_EQ(taken, "abcd");
}

}  // namespace
}  // namespace muster::hpc
