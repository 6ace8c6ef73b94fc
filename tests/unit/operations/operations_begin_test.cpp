#include "tests/unit/operations/operations_fixture.h"

namespace muster::operations {
namespace {

TEST_F(OperationsTest, a_node_goes_down_for_one_operation_at_a_time) {
  const auto down = [&](const char* kind, std::vector<std::string> ids, const char* how = "drain") {
    Wish wanted = wish(std::move(ids), 1);
    wanted.kind = kind;
    wanted.words = {how};
    return operations_->begin(wanted, now_);
  };
  const std::string first = down("reboot", {"1", "2"}).value();
  const auto second = down("shutdown", {"2", "3"});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::conflict);
  EXPECT_EQ(second.error().message, "operation " + first + " (reboot) has not ended for n2");
  EXPECT_TRUE(second.error().hint.contains("muster operation cancel " + first));
  EXPECT_EQ(operations_->list().size(), 1U) << "nothing was begun";

  EXPECT_TRUE(down("reboot", {"3"})) << "another node";
  EXPECT_TRUE(operations_->begin(wish({"1", "2"}), now_)) << "a command is no restart";
  EXPECT_TRUE(down("shutdown", {"2"}, "now")) << "what goes down now waits for nobody";
  ASSERT_TRUE(operations_->cancel(first, now_));
  EXPECT_TRUE(down("reboot", {"1"})) << "its part has ended";
}

TEST_F(OperationsTest, a_node_that_was_given_a_restart_is_free_when_it_says_that_it_stays) {
  Wish restart = wish({"1"});
  restart.kind = "reboot";
  restart.words = {"drain"};
  const std::string first = operations_->begin(restart, now_).value();
  ASSERT_TRUE(ask("1", {}, "b1", {"exec", "reboot"}).get().value().tasks.size() == 1);
  ASSERT_TRUE(operations_->cancel(first, now_));
  const auto refused = operations_->begin(restart, now_);
  ASSERT_FALSE(refused) << "it may be on its way down";
  EXPECT_FALSE(refused.error().hint.contains("cancel")) << refused.error().hint;
  ASSERT_TRUE(tell("1", {.id = first, .has_ended = true, .note = "was ended"}));
  EXPECT_TRUE(operations_->begin(restart, now_));
}

}  // namespace
}  // namespace muster::operations
