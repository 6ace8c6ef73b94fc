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

TEST(NodeTable, an_answer_that_is_none_is_an_error) {
  EXPECT_FALSE(render_node_table("<html>"));
  EXPECT_FALSE(render_node_table(R"({"nodes":[{)"));
}

}  // namespace
}  // namespace muster::cli
