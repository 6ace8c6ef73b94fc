// The real scheduler and the real Open MPI with what this room renders: a head and three nodes,
// each with its own network, names and files.

#include <chrono>
#include <format>
#include <gtest/gtest.h>
#include <unistd.h>

#include "core/base/text.h"
#include "core/os/unix_socket.h"
#include "core/os/wait.h"
#include "hpc/hpc_plan.h"
#include "hpc/job_check_run.h"
#include "hpc/node_jobs.h"
#include "hpc/node_return.h"
#include "tests/netns/hpc/machines.h"

namespace muster::hpc {
namespace {

using testing::Machines;

constexpr std::uint32_t kNetwork = 0x0A4D0000;  // 10.77.0.0
const std::vector<std::string> kN1 = {"n1"};

NodeHardware node(std::uint32_t number) {
  return {.name = std::format("n{}", number),
          .address = {kNetwork + 256 + number},
          .memory = Bytes::from_mib(1024)};
}

/// A node with so many cards of one type.
NodeHardware node_with_cards(std::uint32_t number, int cards) {
  NodeHardware made = node(number);
  for (int i = 0; i < cards; ++i) {
    made.gpus.push_back({.type = "a100", .file = std::format("/dev/nvidia{}", i)});
  }
  return made;
}

/// What is missing for these tests on this machine; none when all is there.
std::optional<std::string> find_missing() {
  if (geteuid() != 0) return "root is needed to make network namespaces";
  os::PosixCommandRunner runner;
  for (const auto* program : {"slurmctld", "slurmd", "srun", "mpicc", "python3", "nsenter"}) {
    const auto found = runner.run({.argv = {"which", program}});
    if (!found || found->status != 0) return std::format("{} is not installed", program);
  }
  return std::nullopt;
}

class Slurm : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const auto missing = find_missing()) GTEST_SKIP() << *missing;
    auto started = Machines::start({{"head", "10.77.0.1/16"},
                                    {"n1", "10.77.1.1/16"},
                                    {"n2", "10.77.1.2/16"},
                                    {"n3", "10.77.1.3/16"}});
    ASSERT_TRUE(started) << started.error().text();
    machines_ = std::move(*started);
  }

  void TearDown() override {
    if (!HasFailure() || machines_ == nullptr) return;
    for (const auto* machine : {"head", "n1", "n2", "n3"}) {
      std::cerr << "--- " << machine << "\n" << machines_->log(machine);
    }
  }

  /// Writes the head's files for these nodes, as apply does.
  void write_head(const std::vector<NodeHardware>& nodes) {
    const HeadPlan plan = plan_head(facts_, settings_, nodes);
    ASSERT_TRUE(plan.refused.empty());
    const auto written = machines_->write_files("head", plan.plan);
    ASSERT_TRUE(written) << written.error().text();
  }

  void start_head(const std::vector<NodeHardware>& nodes) {
    write_head(nodes);
    run("head", {"install", "-d", "-o", "slurm", "-g", "slurm", "/run/slurmctld"});
    const auto started = machines_->start_daemon(
        "head", {"setpriv", "--reuid=slurm", "--regid=slurm", "--init-groups", "slurmctld", "-D"});
    ASSERT_TRUE(started) << started.error().text();
  }

  /// Starts a node's daemon with the options that the node's plan gives to its unit.
  void start_node(const std::string& name) {
    plan::Plan plan = plan_node_own(facts_.head.address, name, 0);
    plan.append(plan_node(facts_, {}));
    const auto written = machines_->write_files(name, plan);
    ASSERT_TRUE(written) << written.error().text();
    run(name, {"mkdir", "-p", "/run/slurm"});
    const auto started = machines_->start_daemon(
        name, {"slurmd", "-D", "--conf-server", to_string(facts_.head.address), "-N", name});
    ASSERT_TRUE(started) << started.error().text();
  }

  /// The output of a program that must succeed.
  std::string run(const std::string& machine, std::vector<std::string> argv) {
    const auto out = run_checked(machines_->on(machine),
                                 {.argv = std::move(argv), .timeout = std::chrono::seconds(60)});
    EXPECT_TRUE(out) << out.error().text();
    return std::string(trim(out.value_or("")));
  }

  std::string as_ada(std::vector<std::string> argv) {
    const std::vector<std::string> prefix = {"runuser", "-u", "ada", "--", "env", "HOME=/home/ada"};
    argv.insert(argv.begin(), prefix.begin(), prefix.end());
    return run("head", std::move(argv));
  }

  /// Of this job alone: one that has ended is listed as completing for a moment more.
  std::string state_of_job(const std::string& id) {
    return as_ada({"squeue", "--noheader", "--jobs=" + id, "--format=%T %N"});
  }

  std::string states() {
    std::vector<std::string> found = lines(run("head", {"sinfo", "-hN", "-o", "%N %T"}));
    return join(found, ", ");
  }

  /// Asks until the scheduler says so: it has no event for a node that becomes idle.
  void expect_states(const std::string& wanted) {
    const os::Deadline end = os::in(std::chrono::seconds(60));
    while (states() != wanted && std::chrono::steady_clock::now() < end) {
      ASSERT_TRUE(os::wait_readable({}, os::in(std::chrono::milliseconds(200))));
    }
    ASSERT_EQ(states(), wanted);
  }

  /// The device file of a card, by a device that every machine has.
  void plug_card(const std::string& machine, const std::string& file) {
    run(machine, {"touch", file});
    run(machine, {"mount", "--bind", "/dev/null", file});
  }
  void pull_card(const std::string& machine, const std::string& file) {
    run(machine, {"umount", file});
    run(machine, {"rm", file});
  }

  /// Asks as the node's agent does after it told of its cards, until the scheduler has these.
  void expect_cards(const std::string& node, const std::string& wanted) {
    const auto found = [&] {
      return run("head", {"sinfo", "-h", "--nodes=" + node, "-o", "%T %G"});
    };
    const os::Deadline end = os::in(std::chrono::seconds(60));
    while (found() != wanted && std::chrono::steady_clock::now() < end) {
      ASSERT_TRUE(os::wait_readable({}, os::in(std::chrono::milliseconds(200))));
      const auto asked = return_node(machines_->on(node), node);
      ASSERT_TRUE(asked) << asked.error().text();
    }
    ASSERT_EQ(found(), wanted);
  }

  Result<CheckReport> check(CheckOptions options = {}) {
    options.user = "ada";
    options.home = "/home/ada";
    options.on_output = [this](std::string_view line) { job_said_ += std::format("{}\n", line); };
    options.identity = CheckOptions::Identity::switch_to_user;
    return run_job_check(machines_->on("head"), options);
  }

  ClusterFacts facts_{.head = {.address = {kNetwork + 1}, .prefix = 16},
                      .slurm_key = make_slurm_key()};
  SlurmSettings settings_{.cluster_name = "test",
                          .head_address = {kNetwork + 1},
                          .partition = "all",
                          .containment = Containment::process_table};
  std::unique_ptr<Machines> machines_;
  /// What the check's job wrote.
  std::string job_said_;
};

TEST_F(Slurm, runs_an_mpi_job_of_an_ordinary_user_on_three_nodes) {
  start_head({node(1), node(2), node(3)});
  for (const auto* name : {"n1", "n2", "n3"}) start_node(name);
  const auto report = check();
  ASSERT_TRUE(report) << report.error().text();
  ASSERT_TRUE(report->green()) << report->problem->text() << "\n" << job_said_;
  const std::string settings = run("head", {"scontrol", "show", "config"});
  EXPECT_TRUE(settings.contains("PMIxCollFence           = ring"))
      << "the tree lets ranks out early";
  EXPECT_EQ(report->measurement->nodes, (std::vector<std::string>{"n1", "n2", "n3"}));
  EXPECT_EQ(report->measurement->pairs.size(), 3U);
  EXPECT_EQ(as_ada({"ls", "-A", "/home/ada"}), "");
}

TEST_F(Slurm, lets_nodes_come_and_go_while_a_job_runs_elsewhere) {
  start_head({node(1)});
  start_node("n1");
  expect_states("n1 idle");
  // It runs until somebody has written to the pipe. One that was begun anew would be another.
  as_ada({"mkfifo", "/home/ada/end"});
  const std::string job =
      as_ada({"sbatch", "--parsable", "--no-requeue", "--output=/home/ada/long.out", "--wrap",
              "cat /home/ada/end && echo survived"});

  write_head({node(1), node(2), node(3)});
  run("head", {"scontrol", "reconfigure"});
  start_node("n2");
  start_node("n3");
  EXPECT_EQ(as_ada({"srun", "-wn[2-3]", "-n2", "id", "-un"}), "ada\nada");

  write_head({node(1), node(3)});
  run("head", {"scontrol", "reconfigure"});
  EXPECT_EQ(as_ada({"srun", "-wn3", "hostname"}), "n3");
  EXPECT_EQ(lines(states()).size(), 1U);
  EXPECT_EQ(states().find("n2"), std::string::npos);
  EXPECT_EQ(state_of_job(job), "RUNNING n1");
  as_ada({"tee", "/home/ada/end"});
  // A job behind the first one on its node: when this ends, so has that.
  as_ada({"srun", "-wn1", "--exclusive", "true"});
  EXPECT_EQ(as_ada({"cat", "/home/ada/long.out"}), "survived");
}

TEST_F(Slurm, says_which_node_is_gone) {
  start_head({node(1), node(2)});
  start_node("n1");
  start_node("n2");
  expect_states("n1 idle, n2 idle");
  run("head", {"scontrol", "update", "nodename=n2", "state=down", "reason=pulled the plug"});
  const auto report = check();
  ASSERT_TRUE(report) << report.error().text();
  ASSERT_FALSE(report->green());
  EXPECT_EQ(report->problem->message, "n2 cannot run jobs: down (pulled the plug)");
  ASSERT_TRUE(report->measurement);
  EXPECT_EQ(report->measurement->nodes, std::vector<std::string>{"n1"});
}

TEST_F(Slurm, places_no_job_on_a_reserved_node_until_it_is_given_back) {
  start_head({node(1), node(2)});
  for (const auto* name : {"n1", "n2"}) start_node(name);
  expect_states("n1 idle, n2 idle");
  auto& head = machines_->on("head");
  const Reservation one{"muster-a", NodeSet::from_names(kN1).value(), std::chrono::minutes(6)};
  const auto reserved = reserve_nodes(head, one, JobsThere::refuse);
  ASSERT_TRUE(reserved) << reserved.error().text();
  EXPECT_EQ(as_ada({"srun", "-n1", "hostname"}), "n2");
  const std::string late =
      as_ada({"sbatch", "--parsable", "-wn1", "--output=/home/ada/late.out", "--wrap", "hostname"});
  EXPECT_EQ(state_of_job(late), "PENDING");
  ASSERT_TRUE(end_reservation(head, "muster-a"));
  as_ada({"srun", "-n1", "--dependency=afterok:" + late, "true"});
  EXPECT_EQ(as_ada({"cat", "/home/ada/late.out"}), "n1");
}

TEST_F(Slurm, refuses_to_reserve_a_node_with_a_job_and_ends_it_when_told_to) {
  start_head({node(1), node(2)});
  for (const auto* name : {"n1", "n2"}) start_node(name);
  expect_states("n1 idle, n2 idle");
  as_ada({"mkfifo", "/home/ada/end"});
  as_ada({"sbatch", "-wn1", "--no-requeue", "--output=/home/ada/long.out", "--wrap",
          "cat /home/ada/end"});
  expect_states("n1 allocated, n2 idle");
  auto& head = machines_->on("head");
  const NodeSet nodes = NodeSet::from_names(kN1).value();
  const auto jobs = read_node_jobs(head);
  ASSERT_TRUE(jobs) << jobs.error().text();
  EXPECT_EQ(describe(*jobs), "job 1 of ada runs on n1");
  const Reservation wanted{"muster-b", nodes, std::chrono::minutes(6)};
  const auto refused = reserve_nodes(head, wanted, JobsThere::refuse);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "a job has begun on one of n1");
  ASSERT_TRUE(reserve_nodes(head, wanted, JobsThere::keep));
  ASSERT_TRUE(end_jobs_on(head, nodes, "rebooted by root"));
  EXPECT_EQ(read_node_jobs(head).value(), std::vector<NodeJob>());
}

TEST_F(Slurm, starts_without_any_node) {
  start_head({});
  const os::Deadline end = os::in(std::chrono::seconds(30));
  auto pinged = machines_->on("head").run({.argv = {"scontrol", "ping"}});
  while (pinged && pinged->status != 0 && std::chrono::steady_clock::now() < end) {
    pinged = machines_->on("head").run({.argv = {"scontrol", "ping"}});
  }
  EXPECT_NE(run("head", {"scontrol", "ping"}).find("is UP"), std::string::npos);
  write_head({node(1)});
  run("head", {"scontrol", "reconfigure"});
  start_node("n1");
  expect_states("n1 idle");
}

TEST_F(Slurm, gives_jobs_the_cards_that_they_ask_for) {
  plug_card("n1", "/dev/nvidia0");
  plug_card("n1", "/dev/nvidia1");
  start_head({node_with_cards(1, 2), node(2)});
  start_node("n1");
  start_node("n2");
  expect_states("n1 idle, n2 idle");
  EXPECT_EQ(as_ada({"srun", "--gres=gpu:1", "printenv", "CUDA_VISIBLE_DEVICES"}), "0");
  EXPECT_EQ(as_ada({"srun", "-wn2", "hostname"}), "n2") << "a node without cards is one as before";
  const auto too_many = machines_->on("head").run({.argv = {"srun", "--gres=gpu:3", "true"}});
  ASSERT_TRUE(too_many);
  EXPECT_NE(too_many->status, 0);
}

TEST_F(Slurm, a_node_whose_cards_come_and_go_stays_at_work) {
  start_head({node(1)});
  start_node("n1");
  expect_cards("n1", "idle (null)");
  plug_card("n1", "/dev/nvidia0");
  plug_card("n1", "/dev/nvidia1");
  write_head({node_with_cards(1, 2)});
  run("head", {"scontrol", "reconfigure"});
  expect_cards("n1", "idle gpu:a100:2");
  EXPECT_EQ(as_ada({"srun", "--gres=gpu:a100:2", "printenv", "CUDA_VISIBLE_DEVICES"}), "0,1");

  pull_card("n1", "/dev/nvidia1");
  write_head({node_with_cards(1, 1)});
  run("head", {"scontrol", "reconfigure"});
  expect_cards("n1", "idle gpu:a100:1");
  EXPECT_EQ(as_ada({"srun", "--gres=gpu:1", "hostname"}), "n1");
}

}  // namespace
}  // namespace muster::hpc
