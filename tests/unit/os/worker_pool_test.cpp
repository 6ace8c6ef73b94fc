#include "core/os/worker_pool.h"

#include <atomic>
#include <gtest/gtest.h>
#include <latch>
#include <thread>

namespace muster::os {
namespace {

TEST(WorkerPool, runs_several_tasks_at_once) {
  WorkerPool pool(2, 2);
  std::latch both(2);
  std::latch done(2);
  for (int i = 0; i < 2; ++i) {
    // Each waits until the other runs as well.
    auto task = [&] {
      both.arrive_and_wait();
      done.count_down();
    };
    ASSERT_TRUE(pool.try_run(task));
  }
  done.wait();
}

TEST(WorkerPool, leaves_a_task_whole_that_finds_the_queue_full) {
  WorkerPool pool(1, 0);
  auto task = [held = std::make_unique<int>(7)] { static_cast<void>(held); };
  EXPECT_FALSE(pool.try_run(task));
  int answered = 0;
  auto again = [reply = Reply([&](const ServerResponse& r) { answered = r.status; })] {
    static_cast<void>(reply);
  };
  EXPECT_FALSE(pool.try_run(again));
  EXPECT_EQ(answered, 0);
}

TEST(WorkerPool, drops_tasks_that_have_not_begun_when_it_ends) {
  std::atomic<int> ran = 0;
  std::latch begun(1);
  std::latch may_end(1);
  {
    WorkerPool pool(1, 8);
    auto first = [&] {
      ++ran;
      begun.count_down();
      may_end.wait();
    };
    ASSERT_TRUE(pool.try_run(first));
    begun.wait();
    auto second = [&] { ++ran; };
    ASSERT_TRUE(pool.try_run(second));
    pool.end();
    may_end.count_down();
  }
  EXPECT_EQ(ran, 1);
}

TEST(WorkerPool, goes_on_after_a_task_that_throws) {
  WorkerPool pool(1, 8);
  auto bad = [] { throw std::runtime_error("a bug of ours"); };
  ASSERT_TRUE(pool.try_run(bad));
  std::latch done(1);
  auto good = [&] { done.count_down(); };
  ASSERT_TRUE(pool.try_run(good));
  done.wait();
  EXPECT_EQ(pool.exceptions().last, "a bug of ours");
}

TEST(WorkerPool, finishes_what_runs_and_takes_nothing_more) {
  constexpr int kTurns = 10'000;
  std::atomic<bool> is_finishing = false;
  std::atomic<bool> has_finished = false;
  std::atomic<bool> was_waited_for = false;
  std::latch begun(1);
  WorkerPool pool(1, 4);
  auto slow = [&] {
    begun.count_down();
    is_finishing.wait(false);
    // One that does not wait returns meanwhile.
    for (int turn = 0; turn < kTurns && !has_finished; ++turn) std::this_thread::yield();
    was_waited_for = !has_finished;
  };
  ASSERT_TRUE(pool.try_run(slow));
  begun.wait();
  is_finishing = true;
  is_finishing.notify_all();
  pool.finish();
  has_finished = true;
  EXPECT_TRUE(was_waited_for) << "what was done is answered";
  auto late = [] {};
  EXPECT_FALSE(pool.try_run(late));
}

}  // namespace
}  // namespace muster::os
