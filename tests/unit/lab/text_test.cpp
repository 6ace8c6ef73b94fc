#include <gtest/gtest.h>

#include "core/base/base64.h"
#include "core/os/files.h"
#include "lab/console.h"
#include "lab/lab_report.h"
#include "lab/product.h"

namespace muster::lab {
namespace {

TEST(Base64, gives_the_vectors_of_the_rfc) {
  EXPECT_EQ(render_base64(""), "");
  EXPECT_EQ(render_base64("f"), "Zg==");
  EXPECT_EQ(render_base64("fo"), "Zm8=");
  EXPECT_EQ(render_base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(parse_base64("Zm9vYg=="), "foob");
}

TEST(Base64, carries_every_byte) {
  std::string bytes;
  for (int value = 0; value < 256; ++value) bytes += static_cast<char>(value);
  EXPECT_EQ(parse_base64(render_base64(bytes)), bytes);
}

TEST(Base64, refuses_what_is_none) {
  EXPECT_FALSE(parse_base64("Zg="));
  EXPECT_FALSE(parse_base64("Zg!="));
  EXPECT_FALSE(parse_base64("=Zg="));
}

TEST(Console, is_shown_without_control_sequences) {
  EXPECT_EQ(render_console("\x1b[2J\x1b[01;31mred\x1b[0m\r\nnext\x07\n"), "red\nnext\n");
  EXPECT_EQ(render_console("cut \x1b["), "cut ");
  EXPECT_EQ(render_console("cut \x1b"), "cut ");
}

TEST(Console, of_any_length_is_asked_for_its_end) {
  const auto place = os::TemporaryDirectory::make().value();
  const auto file = place.path() / "console.log";
  std::string text;
  while (text.size() < 200'000) text += "what was said before\n";
  ASSERT_TRUE(os::write_file(file, text + "next\n\n  \nlast\n"));
  EXPECT_EQ(last_lines(file, 2), "next\n  last");
  EXPECT_EQ(last_lines(place.path() / "absent", 2), "");
}

TEST(HeadStatus, is_ready_when_it_says_so) {
  EXPECT_EQ(parse_head_status(R"({"ready": true})")->ready, HeadStatus::Ready::yes);
}

TEST(HeadStatus, names_its_problems_with_their_next_step) {
  const auto status = parse_head_status(
      R"({"ready": false, "problems": ["plain", {"what": "no wire", "next": "plug it in"}]})");
  ASSERT_TRUE(status);
  EXPECT_EQ(status->ready, HeadStatus::Ready::no);
  EXPECT_EQ(status->problems, (std::vector<std::string>{"plain", "no wire; plug it in"}));
}

TEST(HeadStatus, of_another_form_is_an_error) {
  for (const char* text :
       {"", "[]", "{}", R"({"ready": "yes"})", R"({"ready": true, "problems": 1})"}) {
    EXPECT_FALSE(parse_head_status(text)) << text;
  }
}

TEST(NodeList, is_searched_by_address) {
  const auto nodes = parse_node_list(
      R"({"nodes": [{"name": "n001", "state": "ready", "mac": "52:54:00:00:00:01", "reason": ""},
                    {"name": "", "state": "discovered", "mac": "52:54:00:00:00:02"},
                    {"name": "n003", "state": "booting", "mac": "52:54:00:00:00:03", "reason": "",
                     "stage": "image"}], "now_ms": 1})");
  ASSERT_TRUE(nodes);
  const auto shown = [&](const char* mac) {
    return render_node(find_node(*nodes, *parse_mac(mac)));
  };
  EXPECT_EQ(shown("52:54:00:00:00:01"), "n001 ready");
  EXPECT_EQ(shown("52:54:00:00:00:02"), "not adopted discovered");
  EXPECT_EQ(shown("52:54:00:00:00:03"), "n003 booting (image)");
  EXPECT_EQ(shown("52:54:00:00:00:04"), "the head has not seen it yet");
}

TEST(NodeList, shows_nothing_that_could_move_the_cursor) {
  const auto nodes = parse_node_list(R"([{"name": "\u001b[2J", "state": "ready"}])");
  ASSERT_TRUE(nodes);
  EXPECT_EQ(render_node(&nodes->front()), "\\x1b[2J ready");
}

LabView blue_view(Condition condition) {
  LabView view{
      .plan = *plan_lab({.name = "blue", .directory = "/labs/blue", .iso = "/x.iso", .nodes = 1}),
      .state = {},
      .condition = condition};
  view.state.machines = {
      {.name = "head", .power = Power::on, .agent = Agent::present, .reason = {}},
      {.name = "n1", .power = Power::failed, .reason = "killed\nmore"}};
  return view;
}

TEST(LabReport, has_one_line_for_each_machine) {
  const std::string text = render_report(blue_view(Condition::up));
  EXPECT_TRUE(text.starts_with("lab blue: up\n"));
  EXPECT_TRUE(text.contains("\nhead    on      answers  52:54:00:"));
  EXPECT_TRUE(text.contains("\nn1      failed  -        52:54:00:"));
  EXPECT_TRUE(text.contains(" killed\n"));
}

TEST(LabReport, of_a_lost_lab_shows_nothing_as_on) {
  const std::string text = render_report(blue_view(Condition::lost));
  EXPECT_TRUE(text.contains("\nhead    failed  -"));
  EXPECT_TRUE(text.contains("muster lab down"));
  EXPECT_TRUE(render_report_json(blue_view(Condition::lost)).contains("\"agent\": false"));
}

}  // namespace
}  // namespace muster::lab
