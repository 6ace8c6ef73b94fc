#include "hpc/job_check.h"

#include <format>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace muster::hpc {
namespace {

constexpr auto kThreeNodes =
    "a library says something\n"
    "muster-check 1 3\n"
    "node 0 n001\nnode 1 n002\nnode 2 n003\n"
    "ring 0.000300\nround 1 3\nround 2 3\nround 3 3\n"
    "pair 0 1 50.00 900.00\npair 0 2 52.00 880.00\npair 1 2 300.00 90.00\nend\n";

TEST(Measurement, reads_what_the_program_prints) {
  const auto measurement = parse_measurement(kThreeNodes);
  ASSERT_TRUE(measurement) << measurement.error().text();
  EXPECT_EQ(measurement->nodes, (std::vector<std::string>{"n001", "n002", "n003"}));
  EXPECT_EQ(measurement->pairs.at(2), (Pair{"n002", "n003", 300, 90}));
}

TEST(Measurement, is_none_when_the_program_did_not_end) {
  EXPECT_FALSE(parse_measurement("muster-check 1 1\nnode 0 n001\nring 0.1\n"));
  EXPECT_FALSE(parse_measurement("muster-check 1 2\nnode 0 n001\nring 0.1\nend\n"));
  EXPECT_FALSE(parse_measurement(""));
}

TEST(Measurement, refuses_impossible_figures) {
  for (const auto* line :
       {"pair 0 0 1 1", "pair 0 2 1 1", "pair 0 1 -1 1", "pair 0 1 nan 1", "pair 0 1 inf 1",
        "pair 0 1 1", "ring x", "node 9 n001", "muster-check 1 99999999999", "muster-check 2 2"}) {
    EXPECT_FALSE(parse_measurement(
        std::format("muster-check 1 2\nnode 0 a\nnode 1 b\n{}\nring 0.1\nend\n", line)))
        << line;
  }
}

TEST(Progress, is_read_from_round_lines_only) {
  const auto progress = parse_progress("round 2 15");
  ASSERT_TRUE(progress);
  EXPECT_EQ(progress->done, 2);
  EXPECT_EQ(progress->total, 15);
  EXPECT_FALSE(parse_progress("round 16 15"));
  EXPECT_FALSE(parse_progress("rounds 1 2"));
}

TEST(Verdict, names_pairs_that_stand_out) {
  const auto verdict = judge(*parse_measurement(kThreeNodes));
  ASSERT_TRUE(verdict);
  EXPECT_DOUBLE_EQ(verdict->median.latency_us, 52);
  EXPECT_DOUBLE_EQ(verdict->worst.bandwidth_mbs, 90);
  ASSERT_EQ(verdict->slow.size(), 1U);
  EXPECT_EQ(verdict->slow[0].a, "n002");
}

TEST(Verdict, puts_the_slowest_pair_first) {
  Measurement measurement{.nodes = {"a", "b", "c", "d"}};
  measurement.pairs = {{"a", "b", 10, 100}, {"c", "d", 10, 100}, {"a", "c", 30, 100},
                       {"b", "d", 10, 100}, {"a", "d", 10, 5},   {"b", "c", 10, 100}};
  const auto verdict = judge(measurement);
  ASSERT_EQ(verdict->slow.size(), 2U);
  EXPECT_EQ(verdict->slow[0].b, "d");
}

TEST(Verdict, one_bad_node_among_three_makes_two_pairs_slow) {
  const Measurement measurement{
      .nodes = {"n001", "n002", "n003"},
      .pairs = {{"n001", "n002", 50, 900}, {"n001", "n003", 300, 90}, {"n002", "n003", 310, 90}}};
  const auto verdict = judge(measurement);
  ASSERT_EQ(verdict->slow.size(), 2U);
  EXPECT_EQ(verdict->slow[0].b, "n003");
  EXPECT_EQ(verdict->slow[1].b, "n003");
}

TEST(Verdict, of_one_node_is_none) { EXPECT_FALSE(judge(Measurement{.nodes = {"n001"}})); }

CheckReport green_report() {
  return {.user = "ada", .measurement = *parse_measurement(kThreeNodes)};
}

TEST(Report, tells_the_figures_and_the_slow_pair) {
  EXPECT_EQ(render_report(green_report()),
            "ring       n[001-003] in 0.30 ms\n"
            "latency    52.0 µs median, 300.0 µs worst\n"
            "bandwidth  880 MB/s median, 90 MB/s worst\n"
            "pairs      3 measured, 1 slow\n"
            "slow       n002 – n003: 300.0 µs, 90 MB/s\n"
            "job check: green: 3 nodes ran an MPI job as user 'ada'\n");
}

TEST(Report, names_nodes_that_took_no_part) {
  CheckReport report = green_report();
  report.unusable = {{.name = "n009", .state = "down", .reason = "Not responding"}};
  report.problem = explain_unusable(report.unusable);
  const std::string text = render_report(report);
  EXPECT_NE(text.find("not used   n009: down (Not responding)\n"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with("job check: failed\n"));
}

TEST(Report, is_json_for_programs) {
  const auto document = nlohmann::json::parse(render_report_json(green_report()));
  EXPECT_EQ(document.at("green"), true);
  EXPECT_EQ(document.at("nodes").size(), 3U);
  EXPECT_EQ(document.at("slow").at(0).at("b"), "n003");
  EXPECT_FALSE(document.contains("problem"));
}

TEST(Explanation, of_down_nodes_names_all_and_the_next_step) {
  const std::vector<SchedulerNode> nodes = {
      {.name = "n001", .state = "down", .reason = "Not responding"},
      {.name = "n002", .state = "down", .reason = "Not responding"}};
  EXPECT_EQ(
      explain_unusable(nodes).text(),
      "n[001-002] cannot run jobs: down (Not responding); find out why: muster node why n001");
}

TEST(Explanation, of_a_drained_node_says_how_to_resume_it) {
  const std::vector<SchedulerNode> nodes = {{.name = "n001", .state = "drained", .reason = "disk"}};
  EXPECT_EQ(explain_unusable(nodes).hint,
            "when the reason is gone: scontrol update nodename=n001 state=resume");
}

TEST(Explanation, of_srun_knows_its_words) {
  EXPECT_EQ(explain_srun(1, "srun: error: Unable to allocate resources: Requested nodes are busy\n")
                .message,
            "the nodes are busy with other jobs");
  EXPECT_EQ(explain_srun(1,
                         "srun: error: Unable to allocate resources: Immediate execution "
                         "impossible, insufficient priority\n")
                .message,
            "the nodes are busy with other jobs");
}

TEST(Explanation, of_other_words_repeats_the_last) {
  EXPECT_EQ(explain_srun(9, "first\nsrun: something new\n\n").message,
            "the job ended with status 9: srun: something new");
  EXPECT_EQ(explain_srun(9, "").message, "the job ended with status 9");
}

}  // namespace
}  // namespace muster::hpc
