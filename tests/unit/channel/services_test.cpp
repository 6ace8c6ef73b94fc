// What the agent does when it is told to: commands, restarts.

#include <gtest/gtest.h>
#include <map>

#include "operations/channel/exec_service.h"
#include "operations/channel/restart_service.h"

namespace muster::channel {
namespace {

using namespace std::chrono_literals;

/// Answers each program as a test says.
class FakeRunner final : public os::CommandRunner {
 public:
  Result<os::CommandResult> run(const os::Command& command) override {
    const std::scoped_lock lock(mutex_);
    ran.push_back(command.argv);
    const auto found = answers.find(command.argv.front());
    return found == answers.end() ? os::CommandResult() : found->second;
  }
  std::map<std::string, os::CommandResult> answers;
  std::vector<std::vector<std::string>> ran;

 private:
  std::mutex mutex_;
};

const task::AgentService::Tell kNobody = [](const task::Report&) {};

class ExecServiceTest : public testing::Test {
 protected:
  task::Report run(const std::vector<std::string>& words) {
    return service_.run({.id = "0a", .kind = "exec", .words = words, .timeout_s = 60}, kNobody);
  }
  FakeRunner runner_;
  ExecService service_{runner_};
};

TEST_F(ExecServiceTest, gives_the_words_to_a_service_of_its_own_as_they_are) {
  runner_.answers["systemd-run"] = {.status = 0, .out = "6.12\n", .err = "warning\n", .dropped = 5};
  const task::Report report = run({"uname", "-r", "--help", "a b"});
  const std::vector<std::string>& ran = runner_.ran.at(0);
  const auto words = std::ranges::find(ran, "--");
  EXPECT_EQ(std::vector(words + 1, ran.end()),
            (std::vector<std::string>{"uname", "-r", "--help", "a b"}));
  EXPECT_TRUE(std::ranges::contains(ran, "--unit=muster-exec-0a.service"));
  EXPECT_TRUE(std::ranges::contains(ran, "--property=TimeoutStartSec=60"));
  EXPECT_TRUE(std::ranges::contains(ran, "--expand-environment=no"));
  EXPECT_TRUE(report.succeeded());
  EXPECT_EQ(report.out, "6.12\n");
  EXPECT_EQ(report.err, "warning\n");
  EXPECT_EQ(report.dropped, 5U);
  EXPECT_EQ(runner_.ran.size(), 1U) << "nothing is left of it";
}

TEST_F(ExecServiceTest, tells_how_a_program_ended) {
  runner_.answers["systemd-run"] = {.status = 3, .out = "", .err = "no\n"};
  runner_.answers["systemctl"] = {.out = "Result=exit-code\nExecMainCode=1\nExecMainStatus=3\n"};
  task::Report report = run({"false"});
  EXPECT_EQ(report.status, 3);
  EXPECT_EQ(report.note, "");
  EXPECT_EQ(report.err, "no\n");
  EXPECT_EQ(runner_.ran.back(),
            (std::vector<std::string>{"systemctl", "reset-failed", "muster-exec-0a.service"}));
  runner_.answers["systemctl"] = {.out = "Result=signal\nExecMainCode=2\nExecMainStatus=11\n"};
  EXPECT_EQ(run({"crash"}).signal, 11);
  runner_.answers["systemctl"] = {.out = "Result=timeout\nExecMainCode=2\nExecMainStatus=15\n"};
  EXPECT_EQ(run({"sleep"}).note, "did not end within 60 s and was ended");
  runner_.answers["systemctl"] = {.out = "Result=oom-kill\nExecMainCode=2\nExecMainStatus=9\n"};
  EXPECT_EQ(run({"eat"}).note, "was ended because memory ran out");
}

TEST_F(ExecServiceTest, a_program_that_is_not_there_could_not_be_started) {
  runner_.answers["systemd-run"] = {
      .status = 1, .out = "", .err = "Failed to find executable lss: No such file\n"};
  runner_.answers["systemctl"] = {.out = "Result=success\nExecMainCode=0\nExecMainStatus=0\n"};
  const task::Report report = run({"lss"});
  EXPECT_EQ(report.note, "could not be started: Failed to find executable lss: No such file");
  EXPECT_EQ(report.err, "");
  EXPECT_FALSE(report.succeeded());
}

TEST_F(ExecServiceTest, a_nul_travels_as_a_sign_that_it_was_there) {
  runner_.answers["systemd-run"] = {.status = 0, .out = std::string("a\0b", 3)};
  EXPECT_EQ(run({"printf"}).out, "a\uFFFDb");
}

TEST_F(ExecServiceTest, ends_the_service) {
  service_.end("0a");
  EXPECT_EQ(runner_.ran, (std::vector<std::vector<std::string>>{
                             {"systemctl", "stop", "muster-exec-0a.service"},
                             {"systemctl", "reset-failed", "muster-exec-0a.service"}}));
  EXPECT_EQ(run({"sleep"}).note, "was ended before it began");
  EXPECT_EQ(runner_.ran.size(), 2U) << "and does not begin";
}

TEST_F(ExecServiceTest, half_of_it_is_not_done_because_the_machine_goes_down) {
  runner_.answers["systemd-run"] = {.status = 1};
  runner_.answers["systemctl"] = {.status = 1, .out = "stopping\n"};
  EXPECT_EQ(run({"upgrade"}).note, "the node went down while it ran");
  EXPECT_EQ(runner_.ran.back().at(1), "reset-failed") << "nothing is left of it";
}

TEST_F(ExecServiceTest, a_command_that_goes_on_was_started) {
  runner_.answers["systemd-run"] = {.status = 143, .out = "", .err = "half\n"};
  runner_.answers["systemctl"] = {.out = "Result=success\nActiveState=active\nExecMainCode=0\n"};
  const task::Report report = run({"sleep"});
  EXPECT_TRUE(report.note.contains("lost sight of it")) << report.note;
  EXPECT_EQ(report.err, "half\n");
}

class RestartServiceTest : public testing::Test {
 protected:
  task::Report run(const std::string& how, std::uint32_t timeout_s = 60) {
    return service_.run({.id = "0a", .kind = "reboot", .words = {how}, .timeout_s = timeout_s},
                        [this](const task::Report& word) {
                          told_.push_back(word);
                          if (word.leaves) service_.end("0a");
                        });
  }
  FakeRunner runner_;
  std::vector<std::string> jobs_;
  bool scheduler_answers_ = true;
  int undrained_ = 0;
  std::vector<task::Report> told_;
  RestartService service_{RestartService::Kind::reboot,
                          runner_,
                          {.drain =
                               [this](const std::string&) {
                                 return scheduler_answers_ ? Status()
                                                           : Status(fail("slurmctld is away"));
                               },
                           .jobs_left = [this]() -> Result<std::string> {
                             if (jobs_.empty()) return std::string();
                             std::string first = jobs_.front();
                             jobs_.erase(jobs_.begin());
                             if (first == "away") return fail("slurmctld is away");
                             return first;
                           },
                           .undrain =
                               [this] {
                                 ++undrained_;
                                 return Status();
                               }},
                          1ms};
};

TEST_F(RestartServiceTest, waits_for_the_jobs_and_goes_down) {
  jobs_ = {"job 1 of ada runs on n1", "job 1 of ada runs on n1", "job 2 of ada runs on n1"};
  run("drain");
  ASSERT_EQ(told_.size(), 3U);
  EXPECT_EQ(told_[0].note, "waits: job 1 of ada runs on n1");
  EXPECT_EQ(told_[1].note, "waits: job 2 of ada runs on n1");
  EXPECT_TRUE(told_[2].leaves);
  EXPECT_EQ(runner_.ran, (std::vector<std::vector<std::string>>{{"systemctl", "reboot"}}));
  EXPECT_EQ(undrained_, 0) << "the node is given back after its boot";
}

TEST_F(RestartServiceTest, jobs_that_do_not_end_keep_the_node_up) {
  jobs_ = std::vector<std::string>(5000, "job 1 of ada runs on n1");
  const task::Report report = run("drain", 1);
  EXPECT_EQ(report.note, "jobs did not end within 1 s: job 1 of ada runs on n1");
  EXPECT_EQ(undrained_, 1);
  EXPECT_TRUE(runner_.ran.empty());
  EXPECT_FALSE(service_.is_at_work());
}

TEST_F(RestartServiceTest, a_scheduler_that_does_not_answer_keeps_the_node_up) {
  scheduler_answers_ = false;
  EXPECT_EQ(run("drain").note, "slurmctld is away");
  EXPECT_TRUE(runner_.ran.empty());
  run("now");
  EXPECT_EQ(runner_.ran.size(), 1U) << "nobody is asked";
}

TEST_F(RestartServiceTest, a_scheduler_that_is_away_for_a_look_ends_no_wait) {
  jobs_ = {"job 1 of ada runs on n1", "away", "job 1 of ada runs on n1"};
  run("drain");
  EXPECT_EQ(undrained_, 0);
  EXPECT_EQ(runner_.ran.size(), 1U) << "it went down";
}

TEST_F(RestartServiceTest, one_that_is_ended_gives_the_node_back) {
  jobs_ = std::vector<std::string>(5000, "job 1 of ada runs on n1");
  service_.end("0a");
  EXPECT_EQ(undrained_, 1) << "of an earlier process, perhaps";
  EXPECT_EQ(run("drain").note, "was ended while jobs ran");
  EXPECT_EQ(undrained_, 2);
}

TEST_F(RestartServiceTest, a_machine_that_cannot_go_down_is_told) {
  runner_.answers["systemctl"] = {.status = 1, .err = "Access denied\n"};
  const task::Report report =
      service_.run({.id = "0a", .kind = "reboot", .words = {"drain"}, .timeout_s = 60}, kNobody);
  EXPECT_TRUE(report.note.contains("Access denied")) << report.note;
  EXPECT_EQ(undrained_, 1);
}

TEST_F(RestartServiceTest, another_way_to_go_down_is_none) {
  EXPECT_EQ(run("fast").note, "'fast' is no way to go down");
  EXPECT_TRUE(runner_.ran.empty());
}

}  // namespace
}  // namespace muster::channel
