#include "core/task/task.h"

#include <gtest/gtest.h>

namespace muster::task {
namespace {

TEST(Task, messages_are_read_as_they_were_written) {
  const Question question{
      .boot = "b1", .kinds = {"exec", "reboot"}, .has = {"0a", "0b"}, .wanted = "p1.7f"};
  EXPECT_EQ(parse_question(render_question(question)), question);
  const Offer offer{.tasks = {{.id = "0c",
                               .kind = "exec",
                               .words = {"sh", "-c", "echo 'ü\t\n'", ""},
                               .timeout_s = 60}},
                    .cancelled = {"0a"},
                    .wanted = "p2."};
  EXPECT_EQ(parse_offer(render_offer(offer)), offer);
  const Report report{.id = "0c",
                      .has_ended = true,
                      .note = "was ended",
                      .leaves = true,
                      .status = 3,
                      .signal = 9,
                      .out = "line\n",
                      .err = "Fehler: ü\n",
                      .dropped = 12};
  EXPECT_EQ(parse_report(render_report(report)), report);
}

TEST(Task, what_a_program_writes_arrives_whatever_bytes_it_has) {
  // As many bytes as an output keeps, none of them text: as long as a body can get by that.
  for (const char byte : {'\xff', '\x01', '"'}) {
    const std::string rubbish(kMostOutput, byte);
    const std::string body = render_report({.id = "0c", .out = rubbish, .err = rubbish});
    EXPECT_LT(body.size(), std::size_t{1} << 20U) << "nginx takes no more";
    EXPECT_TRUE(parse_report(body)) << static_cast<int>(byte);
  }
}

TEST(Task, a_command_that_no_program_can_get_is_refused_by_its_reason) {
  const auto reason = [](const std::vector<std::string>& words) {
    return check_words(words).error().message;
  };
  EXPECT_EQ(reason({}), "is empty");
  EXPECT_EQ(reason({""}), "is empty");
  EXPECT_EQ(reason({std::string("a\0b", 3)}), "has a NUL character");
  EXPECT_EQ(reason(std::vector<std::string>(1025, "a")), "has more than 1024 words");
  EXPECT_EQ(reason({std::string(70'000, 'a')}), "is longer than 65536 bytes");
  EXPECT_TRUE(check_words({"true", ""}));
}

TEST(Task, members_out_of_bounds_are_named) {
  const auto why = [](const auto& parsed) {
    return parsed ? std::string("read") : parsed.error().message;
  };
  EXPECT_TRUE(why(parse_question(R"({"kinds":[]})")).contains("'boot'"));
  EXPECT_TRUE(why(parse_offer(R"({"tasks":[{"id":"a","kind":"exec","words":[1],"timeout_s":1}]})"))
                  .contains("words"));
  EXPECT_TRUE(
      why(parse_offer(R"({"tasks":[{"id":"a","kind":"exec","words":["a"],"timeout_s":0}]})"))
          .contains("timeout_s"));
  EXPECT_TRUE(why(parse_report(R"({"id":"a","status":256})")).contains("status"));
  EXPECT_TRUE(why(parse_report(R"({"id":"a","out":")" + std::string(200'000, 'a') + "\"}"))
                  .contains("out"));
}

TEST(Task, only_a_program_that_ended_well_has_succeeded) {
  EXPECT_TRUE((Report{.id = "a", .has_ended = true}).succeeded());
  EXPECT_FALSE((Report{.id = "a"}).succeeded());
  EXPECT_FALSE((Report{.id = "a", .has_ended = true, .status = 1}).succeeded());
  EXPECT_FALSE((Report{.id = "a", .has_ended = true, .signal = 9}).succeeded());
  EXPECT_FALSE((Report{.id = "a", .has_ended = true, .note = "was ended"}).succeeded());
}

}  // namespace
}  // namespace muster::task
