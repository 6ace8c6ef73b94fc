#include "apps/muster/operation_view.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "apps/muster/rolling.h"

namespace muster::cli {
namespace {

using nlohmann::json;

json result(const std::string& nodes, std::size_t count, const std::string& state,
            json more = json::object()) {
  json value = {{"nodes", nodes}, {"count", count}, {"state", state}};
  value.update(more);
  return value;
}

TEST(OperationView, nodes_that_say_the_same_are_one_and_failures_are_last) {
  const json detail = {
      {"results",
       {result("n007", 1, "failed", {{"status", 2}, {"err", "ls: no\n"}}),
        result("n[001-003]", 3, "done", {{"out", "6.12\n"}}),
        result("n009", 1, "unreached", {{"note", "is off"}}),
        result("n008", 1, "failed", {{"signal", 9}}), result("n010", 1, "given"),
        result("n011", 1, "failed", {{"note", "did not end within 5 s and was ended"}})}}};
  EXPECT_EQ(render_results(detail),
            "--- n[001-003] (3 nodes)\n"
            "6.12\n"
            "--- n007: exit status 2\n"
            "ls: no\n"
            "--- n009: not reached: is off\n"
            "--- n008: killed by signal 9 (Killed)\n"
            "--- n010: goes on\n"
            "--- n011: did not end within 5 s and was ended");
}

TEST(OperationView, what_a_node_wrote_does_nothing_to_a_terminal) {
  const json detail = {
      {"results", {result("n1", 1, "done", {{"out", "a\tb\n\x1b[31mred\n"}, {"dropped", 12}})}}};
  EXPECT_EQ(render_results(detail),
            "--- n1\n"
            "a\tb\n"
            "\\x1b[31mred\n"
            "(12 more bytes were written and are not kept)");
}

TEST(OperationView, progress_names_who_is_missing) {
  json progress = {{"counts", {{"done", 37}, {"failed", 1}, {"given", 2}, {"waiting", 0}}},
                   {"open", "n[005-006]"}};
  EXPECT_EQ(render_operation_progress(progress), "38 of 40 ended; n[005-006] go on");
  progress["counts"]["given"] = 0;
  EXPECT_EQ(render_operation_progress(progress), "38 of 38 ended");
}

TEST(OperationView, an_answer_of_another_version_is_no_crash) {
  EXPECT_EQ(render_results(json::object()), "");
  EXPECT_NO_THROW(render_operations({{"operations", {json::object()}}}));
  EXPECT_NO_THROW(render_operation_head(json::object()));
}

TEST(Rolling, a_number_or_a_part_of_all) {
  EXPECT_EQ(count_at_once("", 40), 0U);
  EXPECT_EQ(count_at_once("4", 40), 4U);
  EXPECT_EQ(count_at_once("100", 40), 40U);
  EXPECT_EQ(count_at_once("10%", 40), 4U);
  EXPECT_EQ(count_at_once("10%", 8), 1U) << "never none";
  EXPECT_EQ(count_at_once("100%", 8), 8U);
  for (const char* const bad : {"0", "0%", "101%", "-1", "1.5", "%", "x", "10 %"}) {
    EXPECT_FALSE(count_at_once(bad, 40)) << bad;
  }
}

}  // namespace
}  // namespace muster::cli
