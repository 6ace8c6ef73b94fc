#include <algorithm>
#include <format>
#include <future>
#include <gtest/gtest.h>
#include <map>
#include <optional>

#include "operations/operation_document.h"
#include "tests/unit/operations/operations_fixture.h"

namespace muster::operations {
namespace {

TEST_F(OperationsTest, a_question_is_held_until_there_is_something_to_do) {
  auto answer = ask("1");
  EXPECT_TRUE(is_held(answer));
  const std::string id = operations_->begin(wish({"1"}), now_).value();
  ASSERT_EQ(answer.wait_for(kSoon), std::future_status::ready);
  const task::Offer offer = answer.get().value();
  ASSERT_EQ(offer.tasks.size(), 1U);
  EXPECT_EQ(offer.tasks[0].id, id);
  EXPECT_EQ(state(id, "1"), PartState::given);
}

TEST_F(OperationsTest, a_node_that_heard_of_another_word_than_there_is_hears_of_it) {
  std::map<std::string, std::string> heard;
  const auto listen = [&](const std::string& id, const std::string& wanted) {
    operations_->ask(id, {.boot = "b1", .kinds = {"exec"}, .wanted = wanted}, "p1", now_,
                     [&heard, id](const Result<task::Offer>& offer) {
                       heard[id] = offer ? offer->wanted.value_or("nothing") : "an error";
                     });
  };
  listen("1", "");
  EXPECT_EQ(heard["1"], "p1") << "at once";
  listen("1", "p1");
  listen("2", "p1");
  listen("3", "p1");
  auto deaf = ask("4");
  heard.clear();
  const Operations::WordOf word_of = [](const std::string& id) -> std::optional<std::string> {
    if (id == "3") return "p1";
    return "p2";
  };
  operations_->say_wanted(word_of, now_);
  EXPECT_EQ(heard, (std::map<std::string, std::string>{{"1", "p2"}, {"2", "p2"}}));
  EXPECT_TRUE(is_held(deaf)) << "an agent of a version before does not listen";
  // It answers who waits, into what is here.
  operations_.reset();
}

TEST_F(OperationsTest, no_more_nodes_are_woken_in_a_second_than_the_head_has_plans_for) {
  std::size_t woken = 0;
  const auto listen = [&](const std::string& id, const std::string& wanted) {
    operations_->ask(id, {.boot = "b1", .kinds = {"exec"}, .wanted = "old"}, wanted, now_,
                     [&woken](const Result<task::Offer>& offer) {
                       if (offer->wanted) ++woken;
                     });
  };
  constexpr std::size_t kNodes = 3000;
  for (std::size_t i = 0; i < kNodes; ++i) listen(std::format("node-{}", i), "old");
  const Operations::WordOf word_of = [](const std::string&) { return std::string("new"); };
  operations_->say_wanted(word_of, now_);
  EXPECT_LE(woken, kMostWoken / 2);
  EXPECT_TRUE(operations_->owes_words());
  // A daemon that starts anew is asked by all of them within a second.
  for (std::size_t i = 0; i < kNodes; ++i) listen(std::format("other-{}", i), "new");
  EXPECT_LE(woken, kMostWoken / 2);
  for (int turn = 0; turn < 12 && operations_->owes_words(); ++turn) {
    const std::size_t before = woken;
    pass(500);
    operations_->say_wanted(word_of, now_);
    EXPECT_LE(woken - before, kMostWoken / 2);
  }
  EXPECT_EQ(woken, 2 * kNodes);
  operations_.reset();
}

TEST_F(OperationsTest, a_question_that_nothing_answers_is_answered_with_nothing) {
  auto answer = ask("1");
  pass(kLeastHoldMs - 1);
  EXPECT_TRUE(is_held(answer));
  pass(kHoldMs - kLeastHoldMs + 1);
  EXPECT_TRUE(answer.get().value().empty());
}

TEST_F(OperationsTest, nodes_that_asked_in_one_moment_do_not_ask_again_in_one) {
  std::vector<std::future<Result<task::Offer>>> answers;
  for (int i = 0; i < 1000; ++i) answers.push_back(ask(std::format("node-{}", i)));
  pass(kLeastHoldMs - 1);
  std::size_t most = 0;
  for (std::int64_t ms = kLeastHoldMs; ms <= kHoldMs; ms += 500) {
    pass(500);
    most = std::max<std::size_t>(
        most, std::erase_if(answers, [](const auto& answer) { return !is_held(answer); }));
  }
  EXPECT_TRUE(answers.empty());
  EXPECT_LT(most, 100U) << "about 33 in each half second";
}

TEST_F(OperationsTest, no_more_questions_are_held_than_there_are_connections_for) {
  operations_->hold_at_most(1);
  auto held = ask("1");
  auto other = ask("2");
  ASSERT_EQ(other.wait_for(0s), std::future_status::ready);
  EXPECT_EQ(other.get().error().kind, ErrorKind::busy);
  auto again = ask("1");
  EXPECT_TRUE(held.get().value().empty());
  EXPECT_TRUE(is_held(again)) << "it takes its own place";
  const std::string id = operations_->begin(wish({"1", "2"}), now_).value();
  EXPECT_EQ(again.get().value().tasks.size(), 1U);
  EXPECT_EQ(ask("2").get().value().tasks.front().id, id) << "what is to be done needs no place";
}

TEST_F(OperationsTest, a_later_question_of_a_node_takes_the_place_of_the_earlier_one) {
  auto earlier = ask("1");
  auto later = ask("1");
  EXPECT_TRUE(earlier.get().value().empty());
  EXPECT_TRUE(is_held(later));
}

TEST_F(OperationsTest, nothing_is_given_that_the_disk_does_not_have) {
  const std::string id = operations_->begin(wish({"1"}), now_).value();
  store_.become(FaultyStore::Disk::full);
  EXPECT_FALSE(ask("1").get()) << "it may be done, and the head would not know";
  EXPECT_FALSE(operations_->begin(wish({"2"}), now_));
  EXPECT_EQ(operations_->list().size(), 1U);
  store_.become(FaultyStore::Disk::good);
  EXPECT_EQ(ask("1").get().value().tasks.size(), 1U) << "the node has not got it yet";
  open();
  EXPECT_EQ(state(id, "1"), PartState::given);
}

TEST_F(OperationsTest, its_begin_and_its_end_are_noted_once_each) {
  store_.become(FaultyStore::Disk::full);
  EXPECT_FALSE(operations_->begin(wish({"1"}), now_));
  store_.become(FaultyStore::Disk::good);
  const std::string id = operations_->begin(wish({"1", "2"}), now_).value();
  ask("1").get().value();
  ask("2").get().value();
  tell("1", {.id = id, .has_ended = true}).value();
  store_.become(FaultyStore::Disk::full);
  EXPECT_FALSE(tell("2", {.id = id, .has_ended = true, .status = 1}));
  store_.become(FaultyStore::Disk::good);
  pass(500);
  tell("2", {.id = id, .has_ended = true, .status = 1}).value();
  const auto events = store_.events_after(0, 100).value();
  ASSERT_EQ(events.size(), 2U) << "and none of what did not begin";
  EXPECT_EQ(events[0].text, "begun by ada on n[1-2]: exec true");
  EXPECT_EQ(events[1].text, "ended, failed: 1 done, 1 failed");
  EXPECT_EQ(events[1].subject, id);
}

TEST_F(OperationsTest, an_end_is_heard_when_the_disk_has_it) {
  const std::string id = operations_->begin(wish({"1"}), now_).value();
  ask("1").get().value();
  store_.become(FaultyStore::Disk::full);
  EXPECT_FALSE(tell("1", {.id = id, .has_ended = true, .out = "text\n"}));
  store_.become(FaultyStore::Disk::good);
  EXPECT_TRUE(tell("1", {.id = id, .has_ended = true, .out = "text\n"})) << "told again";
  open();
  EXPECT_EQ(state(id, "1"), PartState::done);
  EXPECT_EQ(operations_->output(id, output_name("text\n")), "text\n");
}

TEST_F(OperationsTest, what_the_disk_did_not_take_is_written_when_time_passes) {
  const std::string id = operations_->begin(wish({"1"}), now_).value();
  ask("1").get().value();
  store_.become(FaultyStore::Disk::throwing);
  EXPECT_FALSE(tell("1", {.id = id, .has_ended = true}));
  EXPECT_EQ(operations_->exceptions().count, 1U);
  store_.become(FaultyStore::Disk::good);
  pass(500);
  ASSERT_TRUE(tell("1", {.id = "ff", .has_ended = true})) << "a write that comes after it";
  const auto stored = store_.find("operation", id).value();
  EXPECT_TRUE(stored->value.contains(R"("state":"done")"));
}

TEST_F(OperationsTest, a_head_that_starts_anew_goes_on) {
  const std::string id = operations_->begin(wish({"1", "2"}), now_).value();
  ask("1").get().value();
  open();
  EXPECT_TRUE(is_held(ask("1", {id}))) << "it has it";
  EXPECT_EQ(ask("2").get().value().tasks.size(), 1U);
  EXPECT_TRUE(tell("1", {.id = id, .has_ended = true}));
  EXPECT_TRUE(tell("2", {.id = id, .has_ended = true}));
  EXPECT_TRUE(operations_->find(id)->has_ended());
}

TEST_F(OperationsTest, a_node_ends_what_is_cancelled_and_what_nobody_knows) {
  const std::string id = operations_->begin(wish({"1"}), now_).value();
  ask("1").get().value();
  auto held = ask("1", {id});
  ASSERT_TRUE(operations_->cancel(id, now_));
  EXPECT_EQ(held.get().value().cancelled, std::vector<std::string>{id});
  EXPECT_EQ(ask("1", {"ff"}).get().value().cancelled.front(), "ff");
  EXPECT_EQ(operations_->cancel("ff", now_).error().kind, ErrorKind::absent);
  tell("1", {.id = id, .has_ended = true, .note = "was ended"}).value();
  EXPECT_EQ(operations_->cancel(id, now_).error().kind, ErrorKind::conflict);
}

TEST_F(OperationsTest, no_node_speaks_for_another) {
  const std::string id = operations_->begin(wish({"1"}), now_).value();
  ask("1").get().value();
  EXPECT_TRUE(tell("2", {.id = id, .has_ended = true, .status = 1, .out = "lies"}));
  EXPECT_EQ(state(id, "1"), PartState::given);
  EXPECT_FALSE(store_.find("operation-output", output_key(id, output_name("lies"))).value());
  EXPECT_EQ(ask("2", {id}).get().value().cancelled.size(), 1U) << "it has what is not its own";
}

TEST_F(OperationsTest, so_many_at_once_and_the_next_when_one_has_ended) {
  std::vector<std::future<Result<task::Offer>>> answers;
  for (const char* const id : {"1", "2", "3"}) answers.push_back(ask(id));
  const std::string id = operations_->begin(wish({"1", "2", "3"}, 2), now_).value();
  ASSERT_EQ(answers[0].wait_for(kSoon), std::future_status::ready);
  ASSERT_EQ(answers[1].wait_for(kSoon), std::future_status::ready);
  EXPECT_TRUE(is_held(answers[2]));
  tell("1", {.id = id, .has_ended = true}).value();
  pass(500);
  EXPECT_EQ(answers[2].wait_for(kSoon), std::future_status::ready);
}

TEST_F(OperationsTest, what_is_forgotten_is_not_told_for_ever) {
  const std::string id = operations_->begin(wish({"1"}), now_).value();
  ask("1").get().value();
  pass(600'000);
  EXPECT_EQ(state(id, "1"), PartState::failed) << "the node was silent";
  for (std::size_t i = 0; i <= kMostEnded; ++i) {
    ++now_.wall_ms;
    const std::string other = operations_->begin(wish({"2"}), now_).value();
    ask("2").get().value();
    tell("2", {.id = other, .has_ended = true}).value();
  }
  ASSERT_FALSE(operations_->find(id));
  EXPECT_TRUE(is_held(ask("1")));
}

TEST_F(OperationsTest, a_watcher_hears_of_the_next_change) {
  const std::string id = operations_->begin(wish({"1"}), now_).value();
  const auto watch = [&](std::uint64_t seen) {
    const auto promise = std::make_shared<std::promise<Result<Operation>>>();
    operations_->watch(id, seen, now_, [promise](Result<Operation> found) {
      promise->set_value(std::move(found));
    });
    return promise->get_future();
  };
  const std::uint64_t version = watch(0).get()->version;
  auto next = watch(version);
  EXPECT_EQ(next.wait_for(0s), std::future_status::timeout);
  ask("1").get().value();
  ASSERT_EQ(next.wait_for(kSoon), std::future_status::ready);
  EXPECT_GT(next.get()->version, version);
  auto last = watch(operations_->find(id)->version);
  pass(kHoldMs);
  ASSERT_EQ(last.wait_for(kSoon), std::future_status::ready) << "nginx waits no longer";
}

TEST_F(OperationsTest, the_oldest_that_ended_make_room) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i <= kMostEnded; ++i) {
    ++now_.wall_ms;
    ids.push_back(operations_->begin(wish({"1"}), now_).value());
    ask("1").get().value();
    tell("1", {.id = ids.back(), .has_ended = true, .out = "one\n"}).value();
  }
  const std::string last = operations_->begin(wish({"1"}), now_).value();
  EXPECT_EQ(operations_->find(ids[0]).error().kind, ErrorKind::absent);
  EXPECT_EQ(operations_->find(ids[1]).error().kind, ErrorKind::absent);
  EXPECT_TRUE(operations_->find(ids[2]));
  tell("1", {.id = "ff"}).value();
  EXPECT_FALSE(store_.find("operation", ids[0]).value());
  EXPECT_FALSE(store_.find("operation-output", output_key(ids[0], output_name("one\n"))).value());
  EXPECT_TRUE(store_.find("operation", last).value());
}

TEST_F(OperationsTest, outputs_beyond_the_room_are_counted) {
  const std::size_t nodes = kMostOutputs / task::kMostOutput + 2;
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < nodes; ++i) ids.push_back(std::to_string(i));
  const std::string id = operations_->begin(wish(ids), now_).value();
  std::vector<std::future<Result<task::Offer>>> answers;
  for (const std::string& each : ids) answers.push_back(ask(each));
  for (auto& answer : answers) answer.get().value();
  for (const std::string& each : ids) {
    std::string text(task::kMostOutput, 'a');
    text.replace(0, each.size(), each);
    operations_->report(each, {.id = id, .has_ended = true, .out = text}, now_,
                        [](const Status& status) { EXPECT_TRUE(status); });
  }
  ASSERT_TRUE(tell("nobody", {.id = id, .has_ended = true})) << "all of it is written";
  const Operation operation = operations_->find(id).value();
  EXPECT_EQ(std::ranges::count_if(operation.parts,
                                  [](const auto& part) { return part.second.dropped > 0; }),
            2);
  open();
  EXPECT_EQ(operations_->find(id)->output_bytes, operation.output_bytes)
      << "the room is not larger because the head started anew";
}

TEST_F(OperationsTest, a_list_has_no_parts) {
  operations_->begin(wish({"1", "2"}), now_).value();
  const auto listed = operations_->list();
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_TRUE(listed[0].parts.empty());
  EXPECT_EQ(listed[0].nodes, "n[1-2]");
  EXPECT_EQ(listed[0].count(PartState::waiting), 2U);
}

TEST_F(OperationsTest, a_node_that_cannot_be_reached_has_ended) {
  Wish wish = this->wish({"1", "2"});
  wish.targets[0].obstacle = "is off";
  const std::string id = operations_->begin(wish, now_).value();
  EXPECT_EQ(state(id, "1"), PartState::unreached);
  ask("2").get().value();
  tell("2", {.id = id, .has_ended = true}).value();
  EXPECT_TRUE(operations_->find(id)->has_ended());
  EXPECT_FALSE(operations_->begin(this->wish({}), now_));
}

TEST_F(OperationsTest, one_that_cannot_be_read_stays_and_is_told) {
  ASSERT_TRUE(store_.commit(
      {.changes = {{.kind = "operation", .key = "0a", .value = R"({"schema":1})"},
                   {.kind = "operation", .key = "0b", .value = R"({"schema":99})"}}}));
  open();
  EXPECT_EQ(operations_->damaged().size(), 2U);
  EXPECT_TRUE(store_.find("operation", "0b").value());
}

TEST_F(OperationsTest, who_waits_at_the_end_is_answered) {
  auto answer = ask("1");
  operations_.reset();
  EXPECT_TRUE(answer.get().value().empty());
}

TEST_F(OperationsTest, says_which_nodes_wait_for_their_jobs) {
  Wish restart = wish({"a", "b"}, 1);
  restart.kind = "reboot";
  restart.words = {"drain"};
  const std::string id = operations_->begin(restart, now_).value();
  EXPECT_TRUE(operations_->draining().empty()) << "nobody has it yet";
  ASSERT_EQ(ask("a", {}, "b1", {"reboot"}).get()->tasks.size(), 1U);
  const std::map<std::string, std::string> one = {{"a", id}};
  EXPECT_EQ(operations_->draining(), one);
  ASSERT_TRUE(tell("a", {.id = id, .note = "goes down", .leaves = true}));
  EXPECT_TRUE(operations_->draining().empty()) << "it goes down";
}

}  // namespace
}  // namespace muster::operations
