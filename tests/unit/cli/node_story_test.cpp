#include "apps/muster/node_story.h"

#include <format>
#include <gtest/gtest.h>

#include "core/base/text.h"

namespace muster::cli {
namespace {

using nlohmann::json;

json event(std::int64_t time_ms, const char* kind, const char* text) {
  return {{"time_ms", time_ms}, {"kind", kind}, {"text", text}};
}

json node(const char* state, const char* stage, const char* reason = "") {
  return {{"name", "n001"},
          {"state", state},
          {"stage", stage},
          {"reason", reason},
          {"hardware", {{"macs", {"52:54:00:00:00:01"}}}}};
}

/// How many marks the line with this text has.
std::ptrdiff_t marks(const std::string& story, std::string_view text) {
  for (const std::string& line : lines(story)) {
    if (line.contains(text)) return std::ranges::count(line, '#');
  }
  return -1;
}

TEST(NodeStory, tells_the_last_boot_only) {
  const std::string story = render_story(
      {{"node", node("ready", "ready")},
       {"events", {event(1000, "boot", "the first"), event(9000, "boot", "the last")}}});
  EXPECT_TRUE(story.starts_with("n001 is ready\n")) << story;
  EXPECT_FALSE(story.contains("the first")) << story;
  EXPECT_TRUE(story.contains("    0.0 s  ")) << story;
}

TEST(NodeStory, a_bar_shows_what_took_long) {
  const std::string story = render_story(
      {{"node", node("ready", "ready")},
       {"events",
        {event(0, "boot", "boots"), event(20'000, "stage", "image"), event(30'000, "stage", "root"),
         event(31'000, "stage", "ready"), event(400'000'000, "renewed", "certificate")}}});
  EXPECT_EQ(marks(story, "boots"), 20) << story;
  EXPECT_EQ(marks(story, "image"), 10) << story;
  EXPECT_EQ(marks(story, "root"), 1) << story;
  EXPECT_EQ(marks(story, "stage      ready"), 0) << story;
  EXPECT_EQ(marks(story, "certificate"), 0) << story;
}

TEST(NodeStory, the_first_line_says_where_it_stands) {
  const auto first = [](const json& of) {
    return lines(render_story({{"node", of}, {"events", json::array()}})).front();
  };
  EXPECT_EQ(first(node("failed", "image", "wrong hash")),
            "n001 failed at stage 'image': wrong hash");
  EXPECT_EQ(first(node("booting", "root")), "n001 is booting, at stage 'root'");
  json waits = node("discovered", "");
  waits["name"] = "";
  EXPECT_EQ(first(waits), "this machine waits for adoption: 'muster node adopt 52:54:00:00:00:01'");
}

TEST(NodeStory, has_dates_when_a_line_is_of_another_day) {
  static constexpr std::int64_t kNoon = 1'754'654'400'000;
  const auto told = [](std::int64_t from_ms, std::int64_t to_ms) {
    return lines(
        render_story({{"node", node("ready", "ready")},
                      {"events", {event(from_ms, "boot", "boots"), event(to_ms, "stage", "ready")}},
                      {"now_ms", kNoon}}));
  };
  const auto today = told(kNoon - 60'000, kNoon - 1000);
  EXPECT_FALSE(today[1].contains("2025-")) << today[1];
  const auto old = told(kNoon - 86'400'000, kNoon - 1000);
  EXPECT_TRUE(old[1].starts_with("  2025-08-07 ")) << old[1];
  EXPECT_TRUE(old[2].starts_with("  2025-08-08 ")) << "they stand below each other";
}

TEST(NodeStory, a_node_that_was_asked_to_reboot_is_not_simply_ready) {
  EXPECT_EQ(standing_of(node("ready", "reboot")), "is about to reboot");
  EXPECT_EQ(standing_of(node("ready", "ready")), "is ready");
}

}  // namespace
}  // namespace muster::cli
