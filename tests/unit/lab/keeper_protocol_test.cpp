#include "lab/keeper_protocol.h"

#include <gtest/gtest.h>

namespace muster::lab {
namespace {

using nlohmann::json;

TEST(KeeperRequest, reads_back_as_written) {
  const Request request{.action = Action::monitor,
                        .machine = "n1",
                        .command = "set_link",
                        .arguments = {{"name", "wire"}, {"up", false}}};
  EXPECT_EQ(*parse_request(render_request(request)), request);
}

TEST(KeeperRequest, has_a_word_for_every_action) {
  for (const Action action : {Action::start, Action::stop, Action::monitor, Action::add,
                              Action::save, Action::restore, Action::watch, Action::end}) {
    EXPECT_EQ(parse_request(render_request({.action = action}))->action, action);
  }
}

TEST(KeeperRequest, to_add_a_node_carries_the_plan) {
  const LabPlan plan = *plan_lab({.directory = "/labs/x", .iso = "/x.iso"});
  EXPECT_EQ(parse_request(render_request({.action = Action::add, .plan = plan}))->plan, plan);
}

TEST(KeeperRequest, of_no_meaning_is_refused) {
  for (const char* line : {"", "{", "[]", "{\"do\":\"dance\"}", "{\"do\":1}", "{\"do\":\"start\"}",
                           "{\"do\":\"add\",\"machine\":\"\",\"command\":\"\",\"arguments\":{},"
                           "\"plan\":\"{}\"}"}) {
    EXPECT_FALSE(parse_request(line)) << line;
  }
}

TEST(KeeperReply, carries_a_value_or_the_error) {
  EXPECT_EQ(parse_reply(render_reply(json{{"up", true}})), (json{{"up", true}}));
  const auto error = parse_reply(render_reply(fail("it is off", "switch it on")));
  ASSERT_FALSE(error);
  EXPECT_EQ(error.error(), (Error{.message = "it is off", .hint = "switch it on"}));
  EXPECT_FALSE(parse_reply("no JSON"));
}

}  // namespace
}  // namespace muster::lab
