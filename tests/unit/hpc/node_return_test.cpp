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
const std::string kInUse =
    "gres/gpu count changed and jobs are using them [slurm@2026-11-26T17:12:28]";

TEST(NodeReturn, resumes_what_slurmctld_drained_while_configurations_changed) {
  EXPECT_EQ(cards_drain(shown("IDLE+DRAIN", kCount)), CardsDrain::in_vain);
  EXPECT_EQ(cards_drain(shown("MIXED+DRAIN", kCount)), CardsDrain::in_vain);
  EXPECT_EQ(cards_drain(shown("IDLE+DRAIN", kInUse)), CardsDrain::in_vain);
}

TEST(NodeReturn, waits_for_a_right_registration) {
  EXPECT_EQ(cards_drain(shown("IDLE+DRAIN+INVALID_REG", kCount)), CardsDrain::with_reason);
  EXPECT_EQ(cards_drain(shown("MIXED+DRAIN+INVALID_REG", kInUse)), CardsDrain::with_reason);
}

TEST(NodeReturn, leaves_every_other_node_as_it_is) {
  EXPECT_EQ(cards_drain(shown("IDLE", kCount)), CardsDrain::none);
  EXPECT_EQ(cards_drain(shown("IDLE+DRAIN", "broken fan [root@2026-11-26T17:12:28]")),
            CardsDrain::none);
  EXPECT_EQ(cards_drain(shown("IDLE+DRAIN",
                              "gres/gpu count reported lower than configured (0 < 2) "
                              "[root@2026-11-26]")),
            CardsDrain::none)
      << "somebody wrote it by hand";
  EXPECT_EQ(cards_drain("NodeName=n1 State=IDLE+DRAIN"), CardsDrain::none);
  EXPECT_EQ(cards_drain(""), CardsDrain::none);
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
  EXPECT_EQ(return_node(scheduler, "n1"), false);
  scheduler.answer = shown("IDLE+DRAIN+INVALID_REG", kCount);
  EXPECT_EQ(return_node(scheduler, "n1"), true) << "it is to be asked again";
  EXPECT_EQ(scheduler.ran.size(), 2U);
  scheduler.answer = shown("IDLE+DRAIN", kCount);
  EXPECT_EQ(return_node(scheduler, "n1"), false);
  EXPECT_EQ(scheduler.ran.back(),
            (std::vector<std::string>{"scontrol", "update", "NodeName=n1", "State=RESUME"}));
}

}  // namespace
}  // namespace muster::hpc
