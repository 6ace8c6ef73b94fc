#include "core/os/answer.h"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <format>
#include <fstream>
#include <gtest/gtest.h>
#include <string>
#include <thread>
#include <unistd.h>

#include "core/os/command.h"

namespace muster::os {
namespace {

/// A terminal on which nobody types: the read side of a pipe whose other side stays open.
struct Silence {
  Silence() {
    if (pipe(ends.data()) != 0) std::_Exit(9);
  }
  std::array<int, 2> ends{};
};

TEST(Answer, is_a_line) {
  Silence terminal;
  ASSERT_EQ(write(terminal.ends[1], "yes\nno", 6), 6);
  EXPECT_EQ(read_answer(terminal.ends[0]), "yes");
}

TEST(Answer, may_end_with_the_input) {
  Silence terminal;
  ASSERT_EQ(write(terminal.ends[1], "y", 1), 1);
  close(terminal.ends[1]);
  EXPECT_EQ(read_answer(terminal.ends[0]), "y");
}

TEST(Answer, is_none_where_the_input_ends) {
  Silence terminal;
  close(terminal.ends[1]);
  EXPECT_EQ(read_answer(terminal.ends[0]), std::nullopt);
}

/// Signals this thread, a test's first, once it sleeps in a system call (proc_pid_stat(5)).
std::jthread signal_when_it_waits(int number) {
  return std::jthread(
      [number, target = pthread_self(), stat = std::format("/proc/self/task/{}/stat", getpid())] {
        std::string text;
        do {
          std::this_thread::yield();
          std::getline(std::ifstream(stat), text);
        } while (!text.substr(text.rfind(')') + 1).starts_with(" S"));
        pthread_kill(target, number);
      });
}

void ask_somebody_who_pressed_ctrl_c_before() {
  alarm(20);
  end_programs_on_signals();
  const OrderlyEnd orderly;
  raise(SIGINT);
  if (!read_answer(Silence().ends[0])) std::fputs("in order", stderr);
}

void ask_somebody_who_presses_ctrl_c() {
  alarm(20);
  end_programs_on_signals();
  const OrderlyEnd orderly;
  const std::jthread finger = signal_when_it_waits(SIGINT);
  if (!read_answer(Silence().ends[0])) std::fputs("in order", stderr);
}

TEST(Answer, is_none_where_a_signal_came_before) {
  EXPECT_EXIT(ask_somebody_who_pressed_ctrl_c_before(), testing::KilledBySignal(SIGINT),
              "in order");
}

TEST(Answer, is_none_where_a_signal_comes) {
  EXPECT_EXIT(ask_somebody_who_presses_ctrl_c(), testing::KilledBySignal(SIGINT), "in order");
}

void ask_without_an_orderly_end() {
  alarm(20);
  end_programs_on_signals();
  const std::jthread finger = signal_when_it_waits(SIGTERM);
  read_answer(Silence().ends[0]);
}

TEST(Answer, is_not_awaited_after_a_signal_that_ends_the_program) {
  EXPECT_EXIT(ask_without_an_orderly_end(), testing::KilledBySignal(SIGTERM), "");
}

}  // namespace
}  // namespace muster::os
