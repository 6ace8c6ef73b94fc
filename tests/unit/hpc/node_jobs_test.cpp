#include "hpc/node_jobs.h"

#include <gtest/gtest.h>

namespace muster::hpc {
namespace {

/// Answers every program alike.
class FakeScheduler final : public os::CommandRunner {
 public:
  Result<os::CommandResult> run(const os::Command& command) override {
    ran.push_back(command.argv);
    return answer;
  }
  os::CommandResult answer;
  std::vector<std::vector<std::string>> ran;
};

std::vector<NodeJob> jobs_of(std::string_view output) {
  const auto jobs = parse_squeue(output);
  EXPECT_TRUE(jobs) << jobs.error().text();
  return jobs.value_or(std::vector<NodeJob>());
}

TEST(NodeJobs, are_those_that_have_nodes) {
  const auto jobs = jobs_of("12|ada|n[001-002]\n13|bob|\n14_3|bob|n004\n");
  ASSERT_EQ(jobs.size(), 2U);
  EXPECT_EQ(jobs[0], (NodeJob{"12", "ada", parse_node_set("n[001-002]").value()}));
  EXPECT_EQ(jobs[1].id, "14_3");
}

TEST(NodeJobs, a_line_of_another_kind_is_an_error) {
  EXPECT_FALSE(parse_squeue("JOBID PARTITION NAME\n"));
  EXPECT_FALSE(parse_squeue("1|ada|n[001-\n"));
}

TEST(NodeJobs, on_some_nodes_are_told_with_these_nodes_only) {
  const auto all = jobs_of("12|ada|n[001-002]\n13|ada|n002\n20|bob|n004\n");
  const auto some = jobs_on(all, parse_node_set("n[002-004]").value());
  EXPECT_EQ(describe(some), "jobs 12, 13 of ada and 20 of bob run on n[002,004]");
  EXPECT_EQ(describe(jobs_on(all, parse_node_set("n001").value())), "job 12 of ada runs on n001");
  EXPECT_TRUE(jobs_on(all, parse_node_set("n009").value()).empty());
}

TEST(NodeJobs, of_which_there_are_many_are_not_all_named) {
  std::string output;
  for (int job = 1; job <= 30; ++job) output += std::format("{}|ada|n001\n", job);
  EXPECT_EQ(describe(jobs_of(output)),
            "jobs 1, 2, 3, 4, 5, 6, 7, 8 and 22 more of ada run on n001");
}

TEST(NodeJobs, are_unknown_while_the_scheduler_does_not_answer) {
  FakeScheduler runner;
  runner.answer = {.status = 1, .out = "", .err = "Unable to contact slurm controller\n"};
  EXPECT_EQ(read_node_jobs(runner).error().message,
            "squeue ended with 1: Unable to contact slurm controller");
}

TEST(Reservation, is_asked_for_as_an_argument_vector) {
  FakeScheduler runner;
  const Reservation wanted{"muster-a1", parse_node_set("n[001-002]").value(),
                           std::chrono::minutes(6)};
  ASSERT_TRUE(reserve_nodes(runner, wanted, JobsThere::keep));
  EXPECT_EQ(runner.ran.front(),
            (std::vector<std::string>{"scontrol", "create", "reservation",
                                      "reservationname=muster-a1", "starttime=now", "duration=6",
                                      "users=root", "nodes=n[001-002]", "flags=ignore_jobs"}));
}

TEST(Reservation, tells_a_user_who_may_not_from_a_scheduler_that_is_away) {
  FakeScheduler runner;
  const Reservation wanted{"muster-a1", parse_node_set("n001").value(), std::chrono::minutes(6)};
  runner.answer = {
      .status = 1, .out = "", .err = "Error creating the reservation: Access/permission denied\n"};
  EXPECT_EQ(reserve_nodes(runner, wanted, JobsThere::refuse).error().text(),
            "only root may take nodes away from the scheduler; run it with sudo, or with "
            "'--drain', which waits for jobs");
  runner.answer.err = "Error creating the reservation: Requested nodes are busy\n";
  EXPECT_EQ(reserve_nodes(runner, wanted, JobsThere::refuse).error().message,
            "a job has begun on one of n001");
}

}  // namespace
}  // namespace muster::hpc
