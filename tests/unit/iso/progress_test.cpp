#include "iso/progress.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace muster::iso {
namespace {

using Kind = ProgressEvent::Kind;

Timeline timeline() {
  return Timeline({{"base", "base system"}, {"medium", "medium"}}, {{"base", 60}, {"medium", 20}});
}

TEST(Timeline, judges_by_how_long_stages_took_before) {
  const auto event = timeline().at(Kind::output, 0, 30);
  EXPECT_DOUBLE_EQ(event.done, 30.0 / 80);
  EXPECT_DOUBLE_EQ(event.left, 50);
}

TEST(Timeline, a_slow_stage_is_nearly_done_and_never_more) {
  const auto event = timeline().at(Kind::output, 1, 500);
  EXPECT_LT(event.done, 1);
  EXPECT_GT(event.left, 0);
}

TEST(Timeline, the_last_stage_finished_is_all) {
  const auto event = timeline().at(Kind::finished, 1, 3);
  EXPECT_DOUBLE_EQ(event.done, 1);
  EXPECT_DOUBLE_EQ(event.left, 0);
}

TEST(Progress, a_bar_fits_the_terminal) {
  const auto event = timeline().at(Kind::output, 0, 30);
  EXPECT_EQ(render_bar(event, 200), "[#########...............]  38 %  1/2 base system, 0:50 left");
  EXPECT_EQ(render_bar(event, 10).size(), 10U);
}

TEST(Progress, says_what_is_prepared_before_there_are_stages) {
  const ProgressEvent event{.kind = Kind::preparing, .stage = {}, .text = "asking the archives"};
  EXPECT_EQ(render_bar(event, 200), "asking the archives");
  EXPECT_EQ(render_bar(event, 6), "asking");
  EXPECT_EQ(nlohmann::json::parse(render_json(event))["event"], "preparing");
}

TEST(Progress, json_is_one_object_on_one_line_whatever_a_program_printed) {
  auto event = timeline().at(Kind::output, 0, 1);
  event.text = "broken \xff \"line\"\n";
  const auto text = render_json(event);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(text)["stage"], "base");
}

TEST(Progress, times_are_minutes_and_seconds) {
  EXPECT_EQ(render_time(0), "0:00");
  EXPECT_EQ(render_time(125.4), "2:05");
}

TEST(Durations, survive_being_written) {
  const Durations durations = {{"base", 61.5}, {"medium", 3}};
  EXPECT_EQ(parse_durations(render_durations(durations)), durations);
}

TEST(Durations, broken_text_is_no_knowledge) {
  EXPECT_TRUE(parse_durations("{").empty());
  EXPECT_TRUE(parse_durations("[1]").empty());
}

}  // namespace
}  // namespace muster::iso
