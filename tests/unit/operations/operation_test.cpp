#include "operations/operation.h"

#include <format>
#include <gtest/gtest.h>

#include "operations/operation_document.h"

namespace muster::operations {
namespace {

/// The nodes n1 to nN with ids i1 to iN.
class OperationTest : public testing::Test {
 protected:
  Operation make(const std::string& kind, int nodes, std::uint32_t at_once = 0) const {
    Operation operation{.id = "0a",
                        .kind = kind,
                        .words = {kind == "exec" ? "true" : "drain"},
                        .timeout_s = 10,
                        .at_once = at_once,
                        .by = "ada",
                        .begun_ms = now_.wall_ms};
    for (int i = 1; i <= nodes; ++i) {
      operation.parts[std::format("i{}", i)] = {.node = std::format("n{}", i),
                                                .since_ms = now_.steady_ms};
    }
    complete(operation, now_);
    return operation;
  }
  Answer ask(Operation& operation, const std::string& id, const std::string& boot = "b1",
             std::vector<std::string> has = {}) const {
    return operations::ask(
        operation, id, {.boot = boot, .kinds = {"exec", "reboot", "shutdown"}, .has = has}, now_);
  }
  bool tell(Operation& operation, const std::string& id, task::Report report) const {
    if (report.id.empty()) report.id = operation.id;
    return operations::report(operation, id, report, now_);
  }
  bool pass(Operation& operation, std::int64_t ms) {
    now_.steady_ms += ms;
    now_.wall_ms += ms;
    return pass_time(operation, now_, [this](const std::string& id) { return presence_[id]; });
  }
  static PartState state(const Operation& operation, const std::string& id) {
    return operation.parts.at(id).state;
  }

  Now now_{.wall_ms = 1'790'000'000'000, .steady_ms = 5'000};
  std::map<std::string, Presence> presence_;
};

TEST_F(OperationTest, a_part_is_given_told_and_over) {
  Operation operation = make("exec", 2);
  EXPECT_TRUE(ask(operation, "i1").gives);
  EXPECT_EQ(state(operation, "i1"), PartState::given);
  EXPECT_FALSE(ask(operation, "i9").gives) << "a node that is none of it";
  EXPECT_TRUE(tell(operation, "i1", {.has_ended = true, .out = "a\n"}));
  EXPECT_EQ(state(operation, "i1"), PartState::done);
  EXPECT_FALSE(operation.has_ended());
  ask(operation, "i2");
  EXPECT_TRUE(tell(operation, "i2", {.has_ended = true, .status = 3}));
  EXPECT_EQ(state(operation, "i2"), PartState::failed);
  EXPECT_EQ(operation.ended_ms, now_.wall_ms);
}

TEST_F(OperationTest, a_lost_answer_is_given_again_and_what_the_node_has_is_not) {
  Operation operation = make("exec", 1);
  ask(operation, "i1");
  EXPECT_TRUE(ask(operation, "i1").gives) << "the answer was lost";
  EXPECT_FALSE(ask(operation, "i1", "b1", {"0a"}).gives);
  tell(operation, "i1", {.has_ended = true});
  EXPECT_FALSE(ask(operation, "i1").gives) << "it is done";
  EXPECT_FALSE(tell(operation, "i1", {.has_ended = true, .status = 1})) << "and stays done";
  EXPECT_EQ(state(operation, "i1"), PartState::done);
}

TEST_F(OperationTest, a_node_that_started_anew_is_not_given_it_twice) {
  Operation operation = make("exec", 1);
  ask(operation, "i1", "b1");
  EXPECT_FALSE(ask(operation, "i1", "b2").gives);
  EXPECT_EQ(state(operation, "i1"), PartState::failed);
  EXPECT_TRUE(operation.parts.at("i1").note.contains("started anew"));
}

TEST_F(OperationTest, nobody_tells_the_end_of_what_was_not_given) {
  Operation operation = make("exec", 1);
  EXPECT_FALSE(tell(operation, "i1", {.has_ended = true}));
  EXPECT_EQ(state(operation, "i1"), PartState::waiting);
}

TEST_F(OperationTest, an_agent_that_does_not_know_the_kind_is_told_of) {
  Operation operation = make("exec", 1);
  EXPECT_FALSE(operations::ask(operation, "i1", {.boot = "b1", .kinds = {"reboot"}}, now_).gives);
  EXPECT_EQ(state(operation, "i1"), PartState::failed);
  EXPECT_TRUE(operation.parts.at("i1").note.contains("of another version"));
}

TEST_F(OperationTest, who_is_silent_is_given_up_after_its_time) {
  Operation operation = make("exec", 2);
  ask(operation, "i1");
  EXPECT_FALSE(pass(operation, kReachMs - 1));
  EXPECT_TRUE(pass(operation, 1));
  EXPECT_EQ(state(operation, "i2"), PartState::unreached);
  EXPECT_EQ(state(operation, "i1"), PartState::given);
  EXPECT_TRUE(pass(operation, 10'000 + kTellMs - kReachMs));
  EXPECT_EQ(state(operation, "i1"), PartState::failed);
  EXPECT_TRUE(operation.has_ended());
}

TEST_F(OperationTest, cancelled_parts_do_not_begin_and_begun_ones_are_ended) {
  Operation operation = make("exec", 3);
  ask(operation, "i1");
  ask(operation, "i2");
  EXPECT_TRUE(cancel(operation, "", now_));
  EXPECT_FALSE(cancel(operation, "", now_)) << "once is enough";
  EXPECT_EQ(state(operation, "i3"), PartState::cancelled);
  EXPECT_TRUE(ask(operation, "i1", "b1", {"0a"}).cancels);
  EXPECT_FALSE(ask(operation, "i2", "b1").gives) << "its answer was lost";
  EXPECT_TRUE(tell(operation, "i1", {.has_ended = true, .note = "was ended"}));
  EXPECT_EQ(state(operation, "i1"), PartState::cancelled);
  EXPECT_TRUE(pass(operation, kTellMs));
  EXPECT_EQ(state(operation, "i2"), PartState::cancelled);
  EXPECT_TRUE(operation.has_ended());
}

TEST_F(OperationTest, what_ended_well_in_spite_of_being_cancelled_is_done) {
  Operation operation = make("exec", 1);
  ask(operation, "i1");
  cancel(operation, "", now_);
  tell(operation, "i1", {.has_ended = true});
  EXPECT_EQ(state(operation, "i1"), PartState::done);
}

TEST_F(OperationTest, a_part_that_failed_is_tried_again_after_pauses_that_grow) {
  Operation operation = make("exec", 1);
  operation.id = "0123456789abcdef";
  operation.retries = 2;
  EXPECT_TRUE(ask(operation, "i1").gives);
  EXPECT_TRUE(tell(operation, "i1", {.has_ended = true, .status = 3}));
  const Part& part = operation.parts.at("i1");
  EXPECT_EQ(part.state, PartState::waiting);
  EXPECT_EQ(part.note, "try 1 failed: exit status 3");
  EXPECT_FALSE(ask(operation, "i1").gives) << "it rests";
  pass(operation, 10'000);
  EXPECT_TRUE(ask(operation, "i1").gives);
  EXPECT_EQ(operation.task(part).id, "0123456789abcdef01") << "an agent does each task once";
  EXPECT_EQ(operation_of(operation.task(part).id), operation.id);
  EXPECT_FALSE(tell(operation, "i1", {.id = operation.id, .has_ended = true}))
      << "the end of a try that was given up";
  EXPECT_TRUE(
      tell(operation, "i1", {.id = task_id(operation, part), .has_ended = true, .signal = 9}));
  EXPECT_EQ(part.note, "try 2 failed: killed by signal 9");
  pass(operation, 19'000);
  EXPECT_FALSE(ask(operation, "i1").gives);
  pass(operation, 1'000);
  EXPECT_TRUE(ask(operation, "i1").gives);
  tell(operation, "i1", {.id = task_id(operation, part), .has_ended = true, .status = 1});
  EXPECT_EQ(part.state, PartState::failed) << "twice again, and no more";
  EXPECT_TRUE(operation.has_ended());
}

TEST_F(OperationTest, a_node_that_was_not_reached_is_tried_again) {
  Operation operation = make("exec", 2);
  operation.retries = 1;
  mark_unreachable(operation, "i1", "is off", now_);
  EXPECT_EQ(state(operation, "i1"), PartState::waiting);
  EXPECT_EQ(operation.parts.at("i1").note, "try 1 failed: is off");
  EXPECT_TRUE(pass(operation, kReachMs));
  EXPECT_EQ(state(operation, "i2"), PartState::waiting) << "it had its first try";
  EXPECT_EQ(state(operation, "i1"), PartState::waiting) << "its turn came ten seconds later";
  EXPECT_TRUE(pass(operation, 10'000));
  EXPECT_EQ(state(operation, "i1"), PartState::unreached);
  EXPECT_TRUE(ask(operation, "i2").gives);
  EXPECT_TRUE(cancel(operation, "", now_));
  tell(operation, "i2", {.id = "0a01", .has_ended = true, .note = "was ended"});
  EXPECT_EQ(state(operation, "i2"), PartState::cancelled) << "whoever cancels wants no more tries";
  Operation resting = make("exec", 1);
  resting.retries = 1;
  resting.deadline_ms = now_.wall_ms + 1;
  mark_unreachable(resting, "i1", "is off", now_);
  pass(resting, 1);
  EXPECT_EQ(resting.parts.at("i1").note, "try 1 failed: is off; the operation's time was over");
}

TEST_F(OperationTest, is_cancelled_at_its_deadline) {
  Operation operation = make("reboot", 3, 1);
  operation.timeout_s = 604'800;
  operation.deadline_ms = now_.wall_ms + 3'600'000;
  ask(operation, "i1");
  presence_["i1"] = Presence::ready;
  pass(operation, 3'599'999);
  EXPECT_FALSE(operation.is_cancelled);
  EXPECT_TRUE(pass(operation, 1));
  EXPECT_TRUE(operation.is_cancelled);
  EXPECT_EQ(state(operation, "i2"), PartState::cancelled);
  EXPECT_EQ(operation.parts.at("i2").note, "the operation's time was over");
  EXPECT_TRUE(ask(operation, "i1", "b1", {"0a"}).cancels) << "it waits for jobs no more";
  tell(operation, "i1", {.has_ended = true, .note = "was ended while jobs ran"});
  EXPECT_EQ(state_of(operation), "cancelled");
}

TEST_F(OperationTest, a_node_that_waits_for_a_place_is_not_silent) {
  Operation operation = make("exec", 2, 1);
  EXPECT_TRUE(ask(operation, "i1").gives);
  EXPECT_FALSE(ask(operation, "i2").gives);
  EXPECT_FALSE(pass(operation, kReachMs)) << "i1 still may take its time";
  EXPECT_EQ(state(operation, "i2"), PartState::waiting);
  tell(operation, "i1", {.has_ended = true});
  EXPECT_TRUE(ask(operation, "i2").gives);
}

TEST_F(OperationTest, a_reboot_is_done_when_the_node_is_ready_in_another_boot) {
  Operation operation = make("reboot", 1);
  ask(operation, "i1", "b1");
  EXPECT_TRUE(tell(operation, "i1", {.note = "waits: job 3 of bob runs on n1"}));
  presence_["i1"] = Presence::ready;
  EXPECT_FALSE(pass(operation, 1'000)) << "it is ready because it has not gone yet";
  tell(operation, "i1", {.note = "goes down", .leaves = true});
  presence_["i1"] = Presence::other;
  EXPECT_FALSE(pass(operation, 60'000));
  EXPECT_FALSE(ask(operation, "i1", "b2").gives) << "once";
  EXPECT_FALSE(pass(operation, 1'000)) << "it has no plan yet";
  presence_["i1"] = Presence::ready;
  EXPECT_TRUE(pass(operation, 1'000));
  EXPECT_EQ(state(operation, "i1"), PartState::done);
}

TEST_F(OperationTest, a_shutdown_is_done_when_the_node_is_off) {
  Operation operation = make("shutdown", 1);
  ask(operation, "i1", "b1");
  tell(operation, "i1", {.note = "goes down", .leaves = true});
  presence_["i1"] = Presence::off;
  EXPECT_TRUE(pass(operation, 1'000));
  EXPECT_EQ(state(operation, "i1"), PartState::done);
}

TEST_F(OperationTest, an_agent_that_starts_anew_while_its_node_drains_is_no_node_that_is_off) {
  Operation operation = make("shutdown", 1);
  ask(operation, "i1", "b1");
  tell(operation, "i1", {.note = "waits: job 3 of bob runs on n1"});
  presence_["i1"] = Presence::off;
  EXPECT_FALSE(pass(operation, 1'000));
  presence_["i1"] = Presence::ready;
  EXPECT_FALSE(pass(operation, 1'000));
  presence_["i1"] = Presence::off;
  EXPECT_FALSE(pass(operation, 1'000));
  EXPECT_TRUE(pass(operation, kReachMs)) << "the word that it goes down was lost";
  EXPECT_EQ(state(operation, "i1"), PartState::done);
}

TEST_F(OperationTest, a_rolling_restart_stops_when_as_many_are_lost_as_may_be_away) {
  Operation operation = make("reboot", 4, 2);
  for (const char* const id : {"i1", "i2"}) {
    EXPECT_TRUE(ask(operation, id).gives);
    tell(operation, id, {.note = "goes down", .leaves = true});
  }
  EXPECT_FALSE(ask(operation, "i3").gives);
  ask(operation, "i1", "b2");
  presence_["i1"] = Presence::ready;
  EXPECT_TRUE(pass(operation, 1'000));
  EXPECT_TRUE(ask(operation, "i3").gives) << "the place of i1";
  tell(operation, "i3", {.note = "goes down", .leaves = true});
  EXPECT_TRUE(pass(operation, kReturnMs));
  EXPECT_EQ(state(operation, "i2"), PartState::failed);
  EXPECT_EQ(state(operation, "i3"), PartState::failed);
  EXPECT_EQ(state(operation, "i4"), PartState::cancelled);
  EXPECT_TRUE(operation.has_ended());
}

TEST_F(OperationTest, a_node_that_is_lost_while_it_drains_does_not_keep_its_place_for_days) {
  Operation operation = make("reboot", 2, 1);
  operation.timeout_s = task::kLongestTimeout;
  ask(operation, "i1");
  presence_["i1"] = Presence::other;
  pass(operation, 1'000);
  EXPECT_TRUE(pass(operation, kReturnMs));
  EXPECT_EQ(state(operation, "i1"), PartState::failed);
  EXPECT_EQ(state(operation, "i2"), PartState::cancelled) << "nobody knows where i1 is";
}

TEST_F(OperationTest, a_command_on_a_node_that_is_lost_ends) {
  Operation operation = make("exec", 1);
  operation.timeout_s = 3600;
  ask(operation, "i1");
  presence_["i1"] = Presence::other;
  pass(operation, 11'000);
  EXPECT_FALSE(pass(operation, kAbsentMs - 1));
  EXPECT_TRUE(pass(operation, 1));
  EXPECT_EQ(state(operation, "i1"), PartState::failed);
}

TEST_F(OperationTest, a_node_that_is_up_and_was_not_restarted_takes_nobodys_place) {
  Operation operation = make("reboot", 2, 1);
  ask(operation, "i1");
  tell(operation, "i1", {.has_ended = true, .note = "scontrol: denied"});
  EXPECT_EQ(state(operation, "i1"), PartState::failed);
  EXPECT_TRUE(ask(operation, "i2").gives);
}

TEST_F(OperationTest, who_waited_long_for_a_place_is_reached_when_one_is_free) {
  Operation operation = make("exec", 2, 1);
  operation.timeout_s = 3600;
  ask(operation, "i1");
  pass(operation, 2 * kReachMs);
  tell(operation, "i1", {.has_ended = true});
  EXPECT_FALSE(pass(operation, 500));
  EXPECT_TRUE(ask(operation, "i2").gives);
}

TEST_F(OperationTest, a_document_has_all_that_counts) {
  Operation operation = make("reboot", 3, 1);
  ask(operation, "i1");
  tell(operation, "i1", {.note = "goes down", .leaves = true});
  ask(operation, "i1", "b2");
  operation.reason = "a new kernel";
  operation.outputs = {{output_name("a"), 1}, {output_name("bc"), 2}};
  operation.parts["i2"].state = PartState::failed;
  operation.parts["i2"].signal = 9;
  operation.parts["i2"].dropped = 7;
  complete(operation, now_);
  cancel(operation, "", now_);
  const auto read = parse_operation("0a", render_operation(operation), now_);
  ASSERT_TRUE(read) << read.error().text();
  Operation expected = operation;
  expected.version = read->version;
  EXPECT_EQ(*read, expected) << "with what was counted";
  EXPECT_EQ(read->output_bytes, 3U);
  EXPECT_EQ(read->nodes, "n[1-3]");
  EXPECT_EQ(parse_output(render_output("a\nü")), "a\nü");
  EXPECT_FALSE(parse_operation("0a", R"({"schema":1})", now_));
}

TEST_F(OperationTest, what_is_counted_stays_true) {
  Operation operation = make("reboot", 4, 2);
  for (const char* const id : {"i1", "i2", "i3"}) ask(operation, id);
  tell(operation, "i1", {.note = "goes down", .leaves = true});
  tell(operation, "i2", {.has_ended = true, .note = "denied"});
  pass(operation, kReturnMs);
  cancel(operation, "", now_);
  Operation counted = operation;
  complete(counted, now_);
  EXPECT_EQ(operation.counts, counted.counts);
  EXPECT_EQ(operation.lost, counted.lost);
  EXPECT_EQ(operation.lost, 1U);
  EXPECT_EQ(operation.open_parts(), 0U);
  Operation listed = without_parts(operation);
  listed.parts = operation.parts;
  EXPECT_EQ(listed, operation) << "nothing else is left out";
}

TEST_F(OperationTest, equal_outputs_have_one_name) {
  EXPECT_EQ(output_name("a"), output_name("a"));
  EXPECT_NE(output_name("a"), output_name("b"));
  EXPECT_EQ(output_name(""), "");
}

}  // namespace
}  // namespace muster::operations
