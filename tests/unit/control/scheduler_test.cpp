#include "control/scheduler.h"

#include <gtest/gtest.h>

#include "core/os/files.h"

namespace muster::control {
namespace {

using provisioning::Node;
using provisioning::NodeState;

constexpr std::int64_t kOneMinute = 60'000;

Node named(const std::string& name, NodeState state = NodeState::ready) {
  Node made;
  made.name = name;
  made.state = state;
  return made;
}

SchedulerNodes said(std::string_view sinfo) {
  SchedulerNodes nodes;
  const auto parsed = hpc::parse_sinfo(sinfo).value();
  for (const hpc::SchedulerNode& each : parsed) nodes[each.name] = each;
  return nodes;
}

TEST(TakenOut, nothing_is_wrong_with_nodes_that_take_jobs_or_will) {
  const std::vector<Node> nodes = {named("n001"), named("n002"), named("n003"), named("n004")};
  EXPECT_TRUE(taken_out_nodes(nodes, said("n001|idle|none\nn002|mixed|none\nn003|reserved|none\n"),
                              kOneMinute)
                  .empty());
  EXPECT_TRUE(taken_out_nodes(nodes, {}, kOneMinute).empty()) << "the scheduler does not answer";
}

TEST(TakenOut, a_drained_node_is_told_with_its_reason_and_the_way_back) {
  const std::vector<Node> nodes = {named("n001"), named("n002")};
  EXPECT_EQ(taken_out_nodes(nodes, said("n001|idle|none\nn002|drained|bad memory\n"), 0),
            (std::vector<Problem>{
                {"n002 is drained in Slurm and takes no jobs: bad memory",
                 "when the reason is gone: scontrol update nodename=n002 state=resume"}}));
}

TEST(TakenOut, a_node_with_other_hardware_than_slurm_knows_is_to_be_started_again) {
  const auto problems =
      taken_out_nodes(std::vector<Node>{named("n001")}, said("n001|inval|Low RealMemory\n"), 0);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].next_step,
            "'muster node reboot n001': Muster reads the hardware at each start; then scontrol "
            "update nodename=n001 state=resume");
}

TEST(TakenOut, nodes_with_the_same_trouble_are_one_problem) {
  const std::vector<Node> nodes = {named("n001"), named("n002"), named("n003")};
  const auto problems = taken_out_nodes(
      nodes,
      said("n001|drained|Low RealMemory (1 < 9)\nn002|drained|Low RealMemory (2 < 9)\n"
           "n003|drained|fan\n"),
      0);
  EXPECT_EQ(problems,
            (std::vector<Problem>{
                {"n[001-002] are drained in Slurm and take no jobs: Low RealMemory (1 < 9) (n001)",
                 "when the reason is gone: scontrol update nodename=n[001-002] state=resume"},
                {"n003 is drained in Slurm and takes no jobs: fan",
                 "when the reason is gone: scontrol update nodename=n003 state=resume"}}));
}

TEST(TakenOut, a_node_that_is_ready_since_a_moment_is_not_down_yet) {
  std::vector<Node> nodes = {named("n001")};
  nodes[0].ready_ms = kOneMinute;
  const auto scheduler = said("n001|down*|Not responding\n");
  EXPECT_TRUE(taken_out_nodes(nodes, scheduler, 2 * kOneMinute).empty());
  const auto problems = taken_out_nodes(nodes, scheduler, 3 * kOneMinute);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].what, "n001 is down in Slurm and takes no jobs: Not responding");
  EXPECT_EQ(problems[0].next_step, "on n001: 'systemctl status slurmd', 'journalctl -u slurmd'");
}

TEST(TakenOut, a_node_that_goes_down_for_an_operation_is_no_problem) {
  const std::vector<Node> nodes = {named("n001"), named("n002")};
  const auto scheduler = said("n001|draining|muster restart 5d0c6a8b1f27e943\nn002|drained|fan\n");
  const auto problems = taken_out_nodes(nodes, scheduler, kOneMinute);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_TRUE(problems[0].what.starts_with("n002 ")) << problems[0].what;
}

TEST(TakenOut, what_a_node_is_not_ready_for_is_told_by_the_node) {
  const std::vector<Node> nodes = {named("n001", NodeState::booting),
                                   named("n002", NodeState::off)};
  EXPECT_TRUE(
      taken_out_nodes(nodes, said("n001|down*|Not responding\nn002|drained|x\n"), kOneMinute)
          .empty());
}

TEST(Scheduler, what_nobody_wrote_down_for_a_minute_counts_for_nothing) {
  const auto directory = os::TemporaryDirectory::make();
  ASSERT_TRUE(directory);
  const auto file = directory->path() / "scheduler-nodes";
  EXPECT_TRUE(read_scheduler(file).empty());
  ASSERT_TRUE(os::write_file(file, "n001|idle|none\n"));
  EXPECT_EQ(read_scheduler(file).size(), 1U);
  const auto written = std::filesystem::last_write_time(file);
  std::filesystem::last_write_time(file, written - std::chrono::minutes(2));
  EXPECT_TRUE(read_scheduler(file).empty()) << "the helper is away";
  std::filesystem::last_write_time(file, written + std::chrono::hours(2));
  EXPECT_TRUE(read_scheduler(file).empty()) << "the clock was set back, and nobody wrote since";
}

}  // namespace
}  // namespace muster::control
