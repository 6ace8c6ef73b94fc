#include "hpc/node_drain.h"

#include <format>
#include <gtest/gtest.h>

#include "hpc/node_return.h"

namespace muster::hpc {
namespace {

/// As scontrol show node --oneliner writes it, shortened.
std::string shown_node(const std::string& state, const std::string& reason = "") {
  return "NodeName=n1 Arch=x86_64 State=" + state + " ThreadsPerCore=1 Partitions=all" +
         (reason.empty() ? "" : " Reason=" + reason + " [root@2026-11-26T17:12:28]") + "\n";
}

/// Answers what `scontrol show` and `squeue` would, and remembers what was changed.
class FakeSlurm final : public os::CommandRunner {
 public:
  Result<os::CommandResult> run(const os::Command& command) override {
    if (command.argv[0] == "squeue") return jobs;
    if (command.argv[1] == "show") return node;
    changes.push_back(command.argv);
    return os::CommandResult();
  }
  os::CommandResult node;
  os::CommandResult jobs;
  std::vector<std::vector<std::string>> changes;
};

const std::vector<std::string> kResume = {"scontrol", "update", "NodeName=n1", "State=RESUME"};

TEST(NodeDrain, gives_a_reason_that_is_known_again) {
  FakeSlurm slurm;
  slurm.node.out = shown_node("MIXED");
  ASSERT_TRUE(drain_node(slurm, "n1", "0a"));
  EXPECT_EQ(slurm.changes.back(),
            (std::vector<std::string>{"scontrol", "update", "NodeName=n1", "State=DRAIN",
                                      "Reason=muster restart 0a"}));
  slurm.node.out = shown_node("MIXED+DRAIN", "muster restart 0a");
  ASSERT_TRUE(undrain_node(slurm, "n1"));
  EXPECT_EQ(slurm.changes.back(), kResume);
}

TEST(NodeDrain, an_administrators_reason_stays) {
  FakeSlurm slurm;
  slurm.node.out = shown_node("IDLE+DRAIN", "broken fan");
  ASSERT_TRUE(drain_node(slurm, "n1", "0a"));
  ASSERT_TRUE(undrain_node(slurm, "n1"));
  EXPECT_EQ(return_node(slurm, "n1"), false);
  EXPECT_TRUE(slurm.changes.empty());
}

TEST(NodeDrain, a_node_that_somebody_set_down_stays_down) {
  FakeSlurm slurm;
  slurm.node.out = shown_node("DOWN", "broken fan");
  ASSERT_TRUE(drain_node(slurm, "n1", "0a"));
  ASSERT_TRUE(undrain_node(slurm, "n1"));
  EXPECT_TRUE(slurm.changes.empty());
}

TEST(NodeDrain, is_over_when_the_node_has_started_anew) {
  FakeSlurm slurm;
  slurm.node.out = shown_node("IDLE+DRAIN+NOT_RESPONDING", "muster restart 0a");
  EXPECT_EQ(return_node(slurm, "n1"), false);
  EXPECT_EQ(slurm.changes, std::vector<std::vector<std::string>>{kResume});
}

TEST(NodeDrain, a_node_that_the_scheduler_does_not_know_has_no_jobs) {
  FakeSlurm slurm;
  slurm.node = {.status = 1, .out = "Node n1 not found\n"};
  slurm.jobs = {.status = 1, .out = "", .err = "Invalid node name n1\n"};
  EXPECT_TRUE(drain_node(slurm, "n1", "0a"));
  EXPECT_EQ(jobs_left(slurm, "n1"), "");
  EXPECT_TRUE(slurm.changes.empty());
}

TEST(NodeDrain, names_the_jobs_that_are_left) {
  FakeSlurm slurm;
  slurm.jobs.out = "12|ada|n1\n13|ada|n1\n";
  slurm.node.out = shown_node("IDLE+DRAIN");
  EXPECT_EQ(jobs_left(slurm, "n1"), "") << "nobody asks for all jobs of the cluster";
  slurm.node.out = shown_node("IDLE+COMPLETING+DRAIN");
  EXPECT_EQ(jobs_left(slurm, "n1"), "jobs 12, 13 of ada run on n1");
}

TEST(NodeDrain, a_scheduler_that_is_away_is_no_scheduler_without_jobs) {
  FakeSlurm slurm;
  slurm.node = slurm.jobs = {
      .status = 1, .out = "", .err = "slurm_load_node error: Unable to contact slurm controller\n"};
  EXPECT_FALSE(drain_node(slurm, "n1", "0a"));
  EXPECT_FALSE(jobs_left(slurm, "n1"));
}

}  // namespace
}  // namespace muster::hpc
