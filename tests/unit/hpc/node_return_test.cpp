#include "hpc/node_return.h"

#include <gtest/gtest.h>

namespace muster::hpc {
namespace {

/// As scontrol show node --oneliner writes it, shortened.
std::string shown(const std::string& state, const std::string& reason) {
  return "NodeName=n1 Arch=x86_64 State=" + state +
         " ThreadsPerCore=1 Gres=gpu:a100:2 Partitions=all Reason=" + reason + "\n";
}

const std::string kCount =
    "gres/gpu count reported lower than configured (0 < 2) [slurm@2026-11-26T17:12:28]";

TEST(NodeReturn, resumes_what_slurmctld_drained_while_configurations_changed) {
  EXPECT_TRUE(is_drained_in_vain(shown("IDLE+DRAIN", kCount)));
  EXPECT_TRUE(is_drained_in_vain(shown("MIXED+DRAIN", kCount)));
  EXPECT_TRUE(is_drained_in_vain(shown(
      "IDLE+DRAIN", "gres/gpu count changed and jobs are using them [slurm@2026-11-26T17:12:28]")));
}

TEST(NodeReturn, leaves_every_other_node_as_it_is) {
  EXPECT_FALSE(is_drained_in_vain(shown("IDLE", kCount)));
  EXPECT_FALSE(is_drained_in_vain(shown("IDLE+DRAIN+INVALID_REG", kCount))) << "cards are missing";
  EXPECT_FALSE(is_drained_in_vain(shown("IDLE+DRAIN", "broken fan [root@2026-11-26T17:12:28]")));
  EXPECT_FALSE(is_drained_in_vain(shown(
      "IDLE+DRAIN", "gres/gpu count reported lower than configured (0 < 2) [root@2026-11-26]")))
      << "somebody wrote it by hand";
  EXPECT_FALSE(is_drained_in_vain("NodeName=n1 State=IDLE+DRAIN"));
  EXPECT_FALSE(is_drained_in_vain(""));
}

/// Answers scontrol show, and remembers what was asked.
class FakeScontrol final : public os::CommandRunner {
 public:
  Result<os::CommandResult> run(const os::Command& command) override {
    ran.push_back(command.argv);
    return os::CommandResult{.status = 0, .out = answer, .err = {}};
  }
  std::string answer;
  std::vector<std::vector<std::string>> ran;
};

TEST(NodeReturn, asks_for_this_node_and_resumes_it_only_when_it_must) {
  FakeScontrol scheduler;
  scheduler.answer = shown("IDLE", "none");
  ASSERT_TRUE(return_node(scheduler, "n1"));
  EXPECT_EQ(scheduler.ran.size(), 1U);
  scheduler.answer = shown("IDLE+DRAIN", kCount);
  ASSERT_TRUE(return_node(scheduler, "n1"));
  EXPECT_EQ(scheduler.ran.back(),
            (std::vector<std::string>{"scontrol", "update", "NodeName=n1", "State=RESUME"}));
}

}  // namespace
}  // namespace muster::hpc
