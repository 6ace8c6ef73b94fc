#include "control/change_feed.h"

#include <gtest/gtest.h>
#include <map>
#include <new>
#include <string>

namespace muster::control {
namespace {

class ChangeFeedTest : public testing::Test {
 protected:
  void happen(const std::string& text) {
    ASSERT_TRUE(store_->commit({.events = {{.subject = "n", .kind = "stage", .text = text}}}));
  }
  /// What a watcher heard is in heard_ under its name.
  void watch(const std::string& name, std::uint64_t since) {
    changes_.watch(since, now_, [this, name](const Result<News>& news) {
      std::string text = news ? "told:" : "refused:";
      for (const state::Event& event : news.value_or(News()).events) text += event.text;
      heard_[name] += text;
    });
  }
  void pass(std::int64_t ms) {
    now_.steady_ms += ms;
    changes_.pass_time(now_);
  }

  Now now_{.wall_ms = 1'790'000'000'000, .steady_ms = 5'000};
  std::unique_ptr<state::Store> store_ = state::make_memory_store();
  std::map<std::string, std::string> heard_;
  ChangeFeed changes_{*store_};
};

TEST_F(ChangeFeedTest, what_came_after_the_one_that_is_known_is_told_at_once) {
  for (const char* const text : {"a", "b", "c"}) happen(text);
  watch("one", 1);
  EXPECT_EQ(heard_["one"], "told:bc");
}

TEST_F(ChangeFeedTest, who_knows_all_is_told_of_the_next_once) {
  happen("a");
  watch("one", 1);
  watch("two", 1);
  pass(500);
  EXPECT_TRUE(heard_.empty());
  happen("b");
  pass(500);
  EXPECT_EQ(heard_["one"], "told:b");
  EXPECT_EQ(heard_["two"], "told:b");
  happen("c");
  pass(500);
  EXPECT_EQ(heard_["one"], "told:b") << "it has not asked again";
}

TEST_F(ChangeFeedTest, a_watcher_without_news_is_answered_in_time) {
  watch("one", 0);
  pass(kChangesHoldMs - 1);
  EXPECT_TRUE(heard_.empty());
  pass(1);
  EXPECT_EQ(heard_["one"], "told:");
}

TEST_F(ChangeFeedTest, as_many_are_told_as_one_answer_has_room_for) {
  for (std::size_t i = 0; i <= kMostChanges; ++i) happen("x");
  const News first = read_news(*store_, 0).value();
  EXPECT_EQ(first.events.size(), kMostChanges);
  EXPECT_EQ(first.next, kMostChanges);
  const News rest = read_news(*store_, first.next).value();
  EXPECT_EQ(rest.events.size(), 1U);
  EXPECT_EQ(rest.next, kMostChanges + 1);
}

TEST_F(ChangeFeedTest, what_was_forgotten_is_passed_over) {
  happen("a");
  ASSERT_TRUE(store_->commit({.forgotten = {"n"}}));
  const News news = read_news(*store_, 0).value();
  EXPECT_TRUE(news.events.empty());
  EXPECT_EQ(news.next, 1U) << "or it would be asked for without a pause";
}

TEST_F(ChangeFeedTest, more_watchers_than_there_may_be_are_turned_away) {
  for (std::size_t i = 0; i < kMostWatchers; ++i) watch("many", 0);
  watch("one", 0);
  EXPECT_EQ(heard_, (std::map<std::string, std::string>{{"one", "refused:"}}));
}

TEST_F(ChangeFeedTest, a_watcher_that_fails_keeps_the_news_from_no_other) {
  changes_.watch(0, now_, [](const Result<News>&) { throw std::bad_alloc(); });
  watch("one", 0);
  happen("a");
  pass(500);
  EXPECT_EQ(heard_["one"], "told:a");
  EXPECT_EQ(changes_.exceptions().count, 1U);
}

}  // namespace
}  // namespace muster::control
