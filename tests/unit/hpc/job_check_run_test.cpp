#include "hpc/job_check_run.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>

namespace muster::hpc {
namespace {

constexpr auto kOutput =
    "muster-check 1 2\nnode 0 n001\nnode 1 n002\nring 0.1\nround 1 1\npair 0 1 50 900\nend\n";

/// Answers each program with a fixed result and keeps what it was asked.
class FakeRunner : public os::CommandRunner {
 public:
  FakeRunner() {
    answers["sinfo"] = {.out = "n001|idle|none\nn002|idle|none\n"};
    answers["mktemp"] = {.out = "/home/ada/.muster-job-check-abc123\n"};
    answers["srun"] = {.out = kOutput};
    answers["srun, no --mem"] = {.out =
                                     "muster-check 1 2\nnode 0 n001\nnode 1 n002\nring 0.1\nend\n"};
  }

  Result<os::CommandResult> run(const os::Command& command) override {
    asked.push_back(command);
    const std::string& program = command.argv.at(command.argv.at(0) == "runuser" ? 4 : 0);
    const bool asks = std::ranges::any_of(
        command.argv, [](const std::string& word) { return word.starts_with("--mem"); });
    const os::CommandResult answer =
        answers[program == "srun" && !asks ? "srun, no --mem" : program];
    if (command.on_line && program == "srun") command.on_line("round 1 1");
    return answer;
  }

  const os::Command* find(std::string_view program) const {
    const auto found = std::ranges::find_if(
        asked, [&](const os::Command& command) { return command.argv[0] == program; });
    return found == asked.end() ? nullptr : &*found;
  }

  std::map<std::string, os::CommandResult> answers;
  std::vector<os::Command> asked;
};

CheckOptions options() { return {.user = "ada", .home = "/home/ada"}; }

TEST(JobCheck, is_green_when_all_nodes_ran) {
  FakeRunner runner;
  const auto report = run_job_check(runner, options());
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_TRUE(report->green());
  EXPECT_EQ(report->measurement->pairs.size(), 1U);
}

TEST(JobCheck, compiles_our_source_into_the_shared_home) {
  FakeRunner runner;
  ASSERT_TRUE(run_job_check(runner, options()));
  const os::Command* compiler = runner.find("mpicc");
  ASSERT_NE(compiler, nullptr);
  EXPECT_EQ(compiler->input, std::string(kPairsSource));
  EXPECT_TRUE(std::ranges::contains(compiler->argv, "/home/ada/.muster-job-check-abc123/pairs"));
}

TEST(JobCheck, asks_for_one_rank_on_each_node) {
  FakeRunner runner;
  ASSERT_TRUE(run_job_check(runner, options()));
  const os::Command* srun = runner.find("srun");
  ASSERT_NE(srun, nullptr);
  for (const auto* word : {"--nodelist=n[001-002]", "--nodes=2", "--ntasks-per-node=1",
                           "--mpi=pmix", "--immediate=60", "--time=5"}) {
    EXPECT_TRUE(std::ranges::contains(srun->argv, word)) << word;
  }
}

TEST(JobCheck, removes_its_directory_whatever_happens) {
  FakeRunner runner;
  runner.answers["mpicc"] = {.status = 1, .err = "no mpi.h"};
  const auto report = run_job_check(runner, options());
  EXPECT_FALSE(report);
  EXPECT_EQ(runner.asked.back().argv,
            (std::vector<std::string>{"rm", "-rf", "--", "/home/ada/.muster-job-check-abc123"}));
}

TEST(JobCheck, removes_no_directory_that_mktemp_did_not_make) {
  FakeRunner runner;
  runner.answers["mktemp"] = {.out = "/\n"};
  EXPECT_FALSE(run_job_check(runner, options()));
  EXPECT_EQ(runner.find("rm"), nullptr);
}

TEST(JobCheck, runs_every_program_as_the_user_when_root_asks) {
  FakeRunner runner;
  CheckOptions other = options();
  other.identity = CheckOptions::Identity::switch_to_user;
  ASSERT_TRUE(run_job_check(runner, other));
  ASSERT_EQ(runner.asked.size(), 6U);
  for (const os::Command& command : runner.asked) {
    EXPECT_EQ(std::vector(command.argv.begin(), command.argv.begin() + 4),
              (std::vector<std::string>{"runuser", "--user", "ada", "--"}));
  }
}

TEST(JobCheck, runs_on_the_nodes_asked_for) {
  FakeRunner runner;
  CheckOptions one = options();
  one.nodes = *parse_node_set("n002");
  ASSERT_TRUE(run_job_check(runner, one));
  EXPECT_TRUE(std::ranges::contains(runner.find("srun")->argv, "--nodelist=n002"));
}

TEST(JobCheck, fails_for_a_node_that_the_scheduler_does_not_have) {
  FakeRunner runner;
  CheckOptions wrong = options();
  wrong.nodes = *parse_node_set("n[002-004]");
  const auto report = run_job_check(runner, wrong);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->problem->message, "the scheduler has no node n[003-004]");
  EXPECT_EQ(runner.find("srun"), nullptr);
}

TEST(JobCheck, measures_the_good_nodes_and_fails_for_the_bad) {
  FakeRunner runner;
  runner.answers["sinfo"].out += "n003|down*|Not responding\n";
  const auto report = run_job_check(runner, options());
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->green());
  EXPECT_TRUE(report->measurement);
  EXPECT_EQ(report->problem->message, "n003 cannot run jobs: down (Not responding)");
}

TEST(JobCheck, does_not_wait_for_a_node_beyond_its_patience) {
  FakeRunner runner;
  runner.answers["sinfo"].out += "n003|unknown|none\n";
  CheckOptions hasty = options();
  hasty.patience = std::chrono::seconds(0);
  const auto report = run_job_check(runner, hasty);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->problem->text(),
            "n003 cannot run jobs: unknown; it is still booting, or off: muster node show n003");
}

TEST(JobCheck, says_what_to_do_in_an_empty_cluster) {
  FakeRunner runner;
  runner.answers["sinfo"].out.clear();
  const auto report = run_job_check(runner, options());
  ASSERT_TRUE(report);
  EXPECT_EQ(report->problem->text(),
            "the scheduler has no node yet; switch a machine on and watch: muster node list");
}

TEST(JobCheck, explains_a_scheduler_that_does_not_answer) {
  FakeRunner runner;
  runner.answers["sinfo"] = {.status = 1,
                             .err = "slurm_load_partitions: Unable to contact slurm controller\n"};
  const auto report = run_job_check(runner, options());
  ASSERT_TRUE(report);
  EXPECT_EQ(report->problem->message, "the scheduler does not answer");
}

TEST(JobCheck, fails_when_the_program_is_cut_short) {
  FakeRunner runner;
  runner.answers["srun"] = {.out = "muster-check 1 2\nnode 0 n001\n"};
  const auto report = run_job_check(runner, options());
  ASSERT_TRUE(report);
  EXPECT_EQ(report->problem->message, "the check's program ended before it was done");
}

TEST(JobCheck, tells_its_progress) {
  FakeRunner runner;
  CheckOptions told = options();
  std::vector<std::string> lines;
  told.on_progress = [&](std::string_view line) { lines.emplace_back(line); };
  ASSERT_TRUE(run_job_check(runner, told));
  EXPECT_EQ(lines, (std::vector<std::string>{"asking the scheduler for its nodes",
                                             "compiling the check's program",
                                             "running on n[001-002] (2 nodes)", "round 1 of 1",
                                             "running once more without asking for memory"}));
}

TEST(JobCheck, fails_when_jobs_that_ask_for_no_memory_cannot_run) {
  FakeRunner runner;
  runner.answers["srun, no --mem"] = {.status = 137, .err = "srun: error: n001: task 0: Killed\n"};
  const auto report = run_job_check(runner, options());
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->measurement) << "the job that asked for memory ran";
  ASSERT_FALSE(report->green());
  EXPECT_EQ(report->problem->message,
            "jobs that ask for no memory cannot run on n[001-002]: the job ended with status 137: "
            "srun: error: n001: task 0: Killed");
  EXPECT_TRUE(report->problem->hint.contains("DefMemPerCPU")) << report->problem->hint;
}

TEST(JobCheck, the_job_without_memory_asks_for_none_and_measures_nothing) {
  const auto srun = render_srun(options(), *parse_node_set("n001"), "/home/ada/pairs",
                                {.memory = JobMemory::default_of_scheduler, .rounds = 0});
  EXPECT_TRUE(
      std::ranges::none_of(srun, [](const auto& word) { return word.starts_with("--mem"); }));
  EXPECT_EQ(srun.back(), "0");
}

}  // namespace
}  // namespace muster::hpc
