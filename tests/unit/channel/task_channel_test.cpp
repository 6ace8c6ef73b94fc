#include "operations/channel/task_channel.h"

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <gtest/gtest.h>

#include "core/os/files.h"

namespace muster::channel {
namespace {

using namespace std::chrono_literals;

constexpr auto kSoon = 20s;
/// Longer than what the channel takes for no holding.
constexpr auto kHeld = 200ms;

/// A head that says what a test says, and remembers.
class FakeHead final : public task::Link {
 public:
  bool enrolled() const override { return true; }
  Result<task::Offer> ask(const task::Question& question,
                          const std::function<bool()>& is_unwanted) const override {
    std::unique_lock lock(mutex_);
    questions_.push_back(question);
    changed_.notify_all();
    const auto until = std::chrono::steady_clock::now() + kHeld;
    while (offers_.empty()) {
      if (is_unwanted()) return fail("not waited for any more");
      if (!holds_ || std::chrono::steady_clock::now() >= until) return task::Offer();
      changed_.wait_for(lock, 10ms);
    }
    task::Offer offer = offers_.front();
    offers_.erase(offers_.begin());
    return offer;
  }
  Status tell(const task::Report& report) const override {
    const std::scoped_lock lock(mutex_);
    ++told_;
    changed_.notify_all();
    if (is_deaf_) return fail("no answer");
    reports_.push_back(report);
    return {};
  }

  void offer(task::Offer offer) {
    const std::scoped_lock lock(mutex_);
    offers_.push_back(std::move(offer));
    changed_.notify_all();
  }
  void become_deaf(bool deaf) {
    const std::scoped_lock lock(mutex_);
    is_deaf_ = deaf;
  }
  /// Another machine asks as this node, and each question ends the other's.
  void hold_nothing() {
    const std::scoped_lock lock(mutex_);
    holds_ = false;
  }
  template <typename Wanted>
  bool wait(Wanted wanted) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kSoon, wanted);
  }
  bool wait_for_reports(std::size_t count) {
    return wait([&] { return reports_.size() >= count; });
  }

  /// Waits for a question of a node that has these tasks.
  bool wait_for_question(const std::vector<std::string>& has) {
    return wait([&] { return !questions_.empty() && questions_.back().has == has; });
  }

  mutable std::vector<task::Question> questions_;
  mutable std::vector<task::Report> reports_;
  mutable int told_ = 0;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  mutable std::vector<task::Offer> offers_;
  bool is_deaf_ = false;
  bool holds_ = true;
};

/// Works until it may end, and counts.
class FakeService final : public task::AgentService {
 public:
  std::string kind() const override { return "exec"; }
  task::Report run(const task::Task& task, const Tell& tell) override {
    std::unique_lock lock(mutex_);
    ++runs_;
    changed_.notify_all();
    if (task.words.front() == "long") {
      tell({.id = task.id, .note = "waits"});
      changed_.wait(lock, [&] { return ended_ == task.id; });
      return {.id = task.id, .has_ended = true, .note = "was ended"};
    }
    return {.id = task.id, .has_ended = true, .out = task.words.front() + "\n"};
  }
  void end(const std::string& id) override {
    const std::scoped_lock lock(mutex_);
    ended_ = id;
    ++ends_;
    changed_.notify_all();
  }
  int runs() const {
    const std::scoped_lock lock(mutex_);
    return runs_;
  }
  int ends() const {
    const std::scoped_lock lock(mutex_);
    return ends_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string ended_;
  int runs_ = 0;
  int ends_ = 0;
};

class TaskChannelTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::remove_all(directory_); }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::unique_ptr<TaskChannel> open() {
    return std::make_unique<TaskChannel>(
        head_, std::vector<task::AgentService*>{&service_}, TaskRecord::open(directory_).value(),
        ChannelOptions{.say = [](const std::string&) {}, .on_wanted = [this] { ++woken_; }});
  }
  static task::Task task(const std::string& id, const std::string& word = "short") {
    return {.id = id, .kind = "exec", .words = {word}, .timeout_s = 5};
  }

  const std::filesystem::path directory_ =
      std::filesystem::path(testing::TempDir()) /
      testing::UnitTest::GetInstance()->current_test_info()->name();
  FakeHead head_;
  FakeService service_;
  std::atomic<int> woken_ = 0;
};

TEST_F(TaskChannelTest, does_what_it_is_given_and_tells_what_came_of_it) {
  const auto channel = open();
  head_.offer({.tasks = {task("0a"), task("0b", "other")}});
  ASSERT_TRUE(head_.wait_for_reports(2));
  for (const task::Report& report : head_.reports_) {
    EXPECT_EQ(report.out, report.id == "0a" ? "short\n" : "other\n");
  }
  EXPECT_EQ(head_.questions_.front().kinds, std::vector<std::string>{"exec"});
  EXPECT_EQ(head_.questions_.front().boot.size(), 32U);
}

TEST_F(TaskChannelTest, does_nothing_twice_however_often_it_is_given) {
  const auto channel = open();
  head_.offer({.tasks = {task("0a"), task("0a")}});
  ASSERT_TRUE(head_.wait_for_reports(1));
  head_.offer({.tasks = {task("0a")}});
  head_.offer({.tasks = {task("0b")}});
  ASSERT_TRUE(head_.wait_for_reports(2));
  EXPECT_EQ(service_.runs(), 2);
}

TEST_F(TaskChannelTest, says_what_it_has_until_the_end_is_told) {
  const auto channel = open();
  head_.offer({.tasks = {task("0a", "long")}});
  ASSERT_TRUE(head_.wait_for_question({"0a"}));
  head_.offer({.cancelled = {"0a"}});
  ASSERT_TRUE(head_.wait_for_reports(2));
  EXPECT_EQ(head_.reports_.front().note, "waits");
  EXPECT_EQ(head_.reports_.back().note, "was ended");
  ASSERT_TRUE(head_.wait_for_question({}));
}

TEST_F(TaskChannelTest, hears_once_of_each_word_that_the_head_has_for_its_heartbeat) {
  const auto channel = open();
  head_.offer({.wanted = "p1."});
  const auto heard = [this](const char* word) {
    return head_.wait([this, word] {
      return !head_.questions_.empty() && head_.questions_.back().wanted == word;
    });
  };
  ASSERT_TRUE(heard("p1."));
  EXPECT_EQ(head_.questions_.front().wanted, "") << "it listens from the first";
  head_.offer({.wanted = "p1."});
  head_.offer({.wanted = "p2."});
  ASSERT_TRUE(heard("p2."));
  EXPECT_EQ(woken_, 2);
}

TEST_F(TaskChannelTest, does_not_ask_without_a_pause_when_a_twin_ends_its_questions) {
  head_.hold_nothing();
  const auto begin = std::chrono::steady_clock::now();
  const auto channel = open();
  ASSERT_TRUE(head_.wait([&] { return head_.questions_.size() >= 3; }));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 2s) << "two pauses";
}

TEST_F(TaskChannelTest, an_end_that_is_not_heard_is_told_again) {
  const auto channel = open();
  head_.become_deaf(true);
  head_.offer({.tasks = {task("0a")}});
  ASSERT_TRUE(head_.wait([&] { return head_.told_ >= 2; }));
  head_.become_deaf(false);
  ASSERT_TRUE(head_.wait_for_reports(1));
}

TEST_F(TaskChannelTest, what_the_last_process_did_not_tell_this_one_tells) {
  head_.become_deaf(true);
  {
    const auto channel = open();
    head_.offer({.tasks = {task("0a")}});
    ASSERT_TRUE(head_.wait([&] { return head_.told_ >= 1; }));
  }
  head_.become_deaf(false);
  const auto channel = open();
  ASSERT_TRUE(head_.wait_for_reports(1));
  EXPECT_EQ(head_.reports_.front().out, "short\n");
  EXPECT_EQ(service_.runs(), 1);
}

TEST_F(TaskChannelTest, what_a_killed_process_ran_is_ended_and_told) {
  {
    TaskRecord record = TaskRecord::open(directory_).value();
    ASSERT_EQ(record.begin("0a", "exec"), true);
  }
  const auto channel = open();
  ASSERT_TRUE(head_.wait_for_reports(1));
  EXPECT_TRUE(head_.reports_.front().note.contains("started anew"));
  EXPECT_GE(service_.ends(), 1) << "until it has ended";
  head_.offer({.tasks = {task("0a")}});
  head_.offer({.tasks = {task("0b")}});
  ASSERT_TRUE(head_.wait_for_reports(2));
  EXPECT_EQ(service_.runs(), 1) << "0b";
}

TEST_F(TaskChannelTest, a_kind_that_it_does_not_know_is_told) {
  const auto channel = open();
  head_.offer({.tasks = {{.id = "0a", .kind = "fly", .words = {"up"}, .timeout_s = 1}}});
  ASSERT_TRUE(head_.wait_for_reports(1));
  EXPECT_EQ(head_.reports_.front().note, "this node's agent does not know tasks of kind 'fly'");
}

TEST_F(TaskChannelTest, an_id_that_is_a_path_is_refused) {
  {
    // The head knows of the end before the node has written that it told: the channel ends first.
    const auto channel = open();
    head_.offer({.tasks = {task("../../etc/passwd"), task("boot"), task("0b")}});
    ASSERT_TRUE(head_.wait_for_reports(1));
  }
  EXPECT_EQ(service_.runs(), 1);
  EXPECT_EQ(os::list_directory(directory_), (std::vector<std::string>{"0b", "boot"}));
}

TEST_F(TaskChannelTest, ends_what_runs_when_it_ends) {
  {
    const auto channel = open();
    head_.offer({.tasks = {task("0a", "long")}});
    ASSERT_TRUE(head_.wait_for_reports(1));
  }
  EXPECT_GE(service_.ends(), 1) << "until it has ended";
}

TEST(TaskRecord, remembers_a_bounded_number_of_tasks) {
  const auto directory = std::filesystem::path(testing::TempDir()) / "task-record";
  std::filesystem::remove_all(directory);
  TaskRecord record = TaskRecord::open(directory).value();
  for (std::size_t i = 0; i < TaskRecord::kMostTold + 10; ++i) {
    const std::string id = std::format("{:x}", i);
    ASSERT_EQ(record.begin(id, "exec"), true);
    ASSERT_TRUE(record.end({.id = id, .has_ended = true}));
    ASSERT_TRUE(record.told(id));
  }
  EXPECT_LE(os::list_directory(directory)->size(), TaskRecord::kMostTold + 2);
  EXPECT_EQ(TaskRecord::open(directory)->boot(), record.boot());
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace muster::channel
