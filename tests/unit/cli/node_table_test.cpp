#include "apps/muster/node_table.h"

#include <format>
#include <gtest/gtest.h>

namespace muster::cli {
namespace {

constexpr const char* kAnswer = R"({"nodes":[
  {"id":"1","name":"n001","address":"10.42.1.1","mac":"52:54:00:00:00:01","profile":"default","state":"ready",
   "stage":"ready","progress":100,"reason":"","cpus":4,"memory":2147483648,"seen_ms":7000,
   "scheduler":"drained","scheduler_reason":"bad fan"},
  {"id":"2","name":"","address":"","mac":"52:54:00:00:00:02","state":"booting",
   "stage":"image","progress":40,"reason":"a\u001b[2Jb","cpus":1,"memory":1073741824,"seen_ms":0}
 ],"now_ms":10000})";

TEST(NodeTable, shows_a_line_for_each_node) {
  const auto table = render_node_table(kAnswer);
  ASSERT_TRUE(table) << table.error().text();
  EXPECT_EQ(
      *table,
      "NAME  STATE    STAGE       SLURM    ADDRESS    MAC                PROFILE  CPUS  MEMORY   "
      "HEARD    REASON\n"
      "n001  ready    ready       drained  10.42.1.1  52:54:00:00:00:01  default  4     2.0 GiB  "
      "3 s ago  Slurm: bad fan\n"
      "-     booting  image 40 %  -                   52:54:00:00:00:02  -        1     1.0 GiB  "
      "never    "
      "a\\x1b[2Jb\n");
}

TEST(NodeTable, a_profile_that_waits_for_the_next_start_stands_behind_the_one_that_runs) {
  const auto table = render_node_table(
      R"({"nodes":[{"name":"n001","profile":"fluid","booted_profile":"default"}],"now_ms":1})");
  ASSERT_TRUE(table) << table.error().text();
  EXPECT_NE(table->find(" default > fluid "), std::string::npos) << *table;
}

TEST(NodeTable, a_node_that_has_not_heard_of_the_last_change_is_told_apart) {
  const auto shown = [](const char* node) {
    return render_node_table(std::format(R"({{"nodes":[{}],"now_ms":1}})", node)).value_or("");
  };
  EXPECT_TRUE(shown(R"({"name":"n001","state":"ready","stage":"ready","holds_plan":false})")
                  .contains(" older plan "));
  EXPECT_TRUE(shown(R"({"name":"n001","state":"ready","stage":"ready","holds_plan":true})")
                  .contains(" ready  ready "));
  EXPECT_TRUE(shown(R"({"name":"n001","state":"booting","stage":"root","holds_plan":false})")
                  .contains(" root "));
}

TEST(NodeTable, a_node_that_waits_for_its_jobs_to_go_down_is_draining) {
  const auto table = render_node_table(
      R"({"nodes":[{"name":"n001","state":"ready","stage":"ready","draining":"0a1b"},)"
      R"({"name":"n002","state":"off","stage":"","draining":"0a1b"}],"now_ms":1})");
  ASSERT_TRUE(table) << table.error().text();
  EXPECT_TRUE(table->contains("n001  draining ")) << *table;
  EXPECT_TRUE(table->contains(" goes down for operation 0a1b")) << *table;
  EXPECT_TRUE(table->contains("n002  off ")) << *table;
}

TEST(NodeTable, an_answer_that_is_none_is_an_error) {
  EXPECT_FALSE(render_node_table("<html>"));
  EXPECT_FALSE(render_node_table(R"({"nodes":[{)"));
}

TEST(NodeTable, what_nobody_knows_is_a_dash) {
  const auto table = render_node_table(
      R"({"nodes":[{"name":"n001","state":"adopted","stage":"","address":"10.42.1.1","mac":"m",)"
      R"("profile":"default","cpus":null,"memory":null,"seen_ms":0}],"now_ms":1})");
  ASSERT_TRUE(table) << table.error().text();
  EXPECT_TRUE(table->contains("  default  -     -       never")) << *table;
}

TEST(NodeTable, the_wide_one_tells_what_machines_are_made_of) {
  const auto table = render_node_table(
      R"({"nodes":[{"name":"n001","state":"ready","stage":"ready","address":"10.42.1.1","mac":"m",)"
      R"("profile":"default","image":"compute","cpus":64,"memory":2147483648,"seen_ms":1,)"
      R"("accelerators":[{"type":"a100","state":"ready","count":4},)"
      R"({"type":"mi210","state":"no driver","count":2}],"processor":"Xeon 8358",)"
      R"("machine":"Dell Inc. R750xa","firmware":"uefi","secure_boot":true,)"
      R"("switch_port":"rack1 7"},{"name":"n002","accelerators":[]}],"now_ms":1})",
      Columns::wide);
  ASSERT_TRUE(table) << table.error().text();
  EXPECT_TRUE(table->contains(
      "  compute  64    2.0 GiB  4 a100, 2 mi210 (no driver)  Xeon 8358  Dell Inc. R750xa  "
      "uefi, Secure Boot  rack1 7      0 s ago"))
      << *table;
}

TEST(NodeTable, the_narrow_one_fits_on_a_terminal) {
  const auto table = render_node_table(
      R"({"nodes":[{"name":"node001","state":"booting","stage":"image","progress":100,)"
      R"("address":"10.142.101.101","mac":"52:54:00:00:00:01","profile":"default","cpus":256,)"
      R"("memory":1649267441664,"seen_ms":1,"processor":"x","accelerators":[]}],"now_ms":99000})");
  ASSERT_TRUE(table) << table.error().text();
  EXPECT_LE(table->find('\n'), 120U) << *table;
}

}  // namespace
}  // namespace muster::cli
