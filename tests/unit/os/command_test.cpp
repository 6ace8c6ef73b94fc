#include "core/os/command.h"

#include <cstdio>
#include <cstdlib>
#include <gtest/gtest.h>
#include <signal.h>
#include <thread>

#include "core/os/files.h"
#include "core/os/held_signals.h"
#include "tests/unit/os/interruptions.h"

namespace muster::os {
namespace {

TEST(PosixCommandRunner, keeps_arguments_apart_whatever_they_hold) {
  PosixCommandRunner runner;
  const auto out = run_checked(runner, {.argv = {"printf", "%s|", "a b", "$(id)", "'", "\n"}});
  ASSERT_TRUE(out) << out.error().text();
  EXPECT_EQ(*out, "a b|$(id)|'|\n|");
}

TEST(PosixCommandRunner, names_the_program_that_is_missing) {
  PosixCommandRunner runner;
  const auto result = runner.run({.argv = {"no-such-program-here"}});
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().text().find("no-such-program-here"), std::string::npos);
  EXPECT_NE(result.error().hint.find("install"), std::string::npos);
}

TEST(PosixCommandRunner, gives_input_and_takes_both_outputs) {
  PosixCommandRunner runner;
  const std::string input(200'000, 'x');
  const auto result = runner.run({.argv = {"cat"}, .input = input});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->out, input);
  EXPECT_EQ(result->status, 0);
}

TEST(PosixCommandRunner, ends_a_program_and_its_children_when_time_runs_out) {
  PosixCommandRunner runner;
  const auto result = runner.run(
      {.argv = {"sh", "-c", "sleep 600 & wait"}, .timeout = std::chrono::milliseconds(200)});
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("did not end in time"), std::string::npos);
}

TEST(PosixCommandRunner, ends_a_program_in_time_that_closed_its_outputs) {
  PosixCommandRunner runner;
  const auto result = runner.run({.argv = {"sh", "-c", "exec >&- 2>&-; exec sleep 600"},
                                  .timeout = std::chrono::milliseconds(200)});
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("did not end in time"), std::string::npos);
  const auto soon = runner.run(
      {.argv = {"sh", "-c", "exec >&- 2>&-; exit 3"}, .timeout = std::chrono::minutes(1)});
  EXPECT_EQ(soon->status, 3);
}

TEST(PosixCommandRunner, inherits_nothing_from_the_environment) {
  setenv("MUSTER_SECRET", "x", 1);
  PosixCommandRunner runner;
  const auto out = run_checked(runner, {.argv = {"env"}, .env = {{"GIVEN", "1"}}});
  ASSERT_TRUE(out);
  EXPECT_EQ(out->find("MUSTER_SECRET"), std::string::npos);
  EXPECT_NE(out->find("GIVEN=1"), std::string::npos);
}

TEST(PosixCommandRunner, starts_and_ends_programs_as_always_while_signals_come) {
  PosixCommandRunner runner;
  const Interruptions interruptions;
  for (int i = 0; i < 100; ++i) {
    const auto missing = runner.run({.argv = {"no-such-program-here"}});
    ASSERT_FALSE(missing) << "its status: " << missing->status;
    EXPECT_EQ(run_checked(runner, {.argv = {"cat"}, .input = "all of it"}), "all of it");
  }
}

TEST(RunChecked, tells_status_and_what_the_program_said) {
  PosixCommandRunner runner;
  const auto out = run_checked(runner, {.argv = {"ls", "/no/such/place"}});
  ASSERT_FALSE(out);
  EXPECT_NE(out.error().message.find("ended with status 2"), std::string::npos);
  EXPECT_NE(out.error().message.find("/no/such/place"), std::string::npos);
}

TEST(CommandText, can_be_pasted_into_a_shell) {
  EXPECT_EQ(to_string(Command{.argv = {"echo", "a b", "it's"}}), "echo 'a b' 'it'\\''s'");
}

TEST(WriteFile, leaves_the_old_content_when_the_new_cannot_be_written) {
  const auto directory = TemporaryDirectory::make();
  ASSERT_TRUE(directory);
  const auto path = directory->path() / "deep" / "file";
  ASSERT_TRUE(write_file(path, "old", {.mode = 0600}));
  EXPECT_FALSE(write_file(path / "below-a-file", "new"));
  EXPECT_EQ(read_file(path).value_or(""), "old");
  EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms(0600));
}

/// What a program that ends others on signals does when it is told to end while one runs.
int interrupted_program() {
  end_programs_on_signals();
  PosixCommandRunner runner;
  const auto result = runner.run({.argv = {"sh", "-c", "kill -INT $PPID; sleep 30 & wait"}});
  const bool told = !result && result.error().message.contains("was interrupted");
  // What puts things in order afterwards may run programs.
  return told && run_checked(runner, {.argv = {"true"}}) ? 0 : 1;
}

TEST(PosixCommandRunner,
     an_interrupted_program_ends_what_it_started_and_goes_on_to_put_things_in_order) {
  EXPECT_EXIT(std::_Exit(interrupted_program()), testing::ExitedWithCode(0), "");
}

/// A signal comes while no program runs: things are put in order, and then the signal ends us.
void end_orderly() {
  end_programs_on_signals();
  PosixCommandRunner runner;
  const OrderlyEnd orderly;
  if (is_interrupted()) std::_Exit(1);
  raise(SIGTERM);
  if (!is_interrupted()) std::_Exit(2);
  const auto refused = runner.run({.argv = {"true"}});
  if (refused || !refused.error().message.contains("was interrupted")) std::_Exit(3);
  std::fputs("in order", stderr);
}

TEST(OrderlyEnd, lets_things_be_put_in_order_before_the_signal_ends_us) {
  EXPECT_EXIT(end_orderly(), testing::KilledBySignal(SIGTERM), "in order");
}

void be_told_again_and_again() {
  end_programs_on_signals();
  const OrderlyEnd orderly;
  for (const int number : {SIGINT, SIGHUP, SIGTERM, SIGHUP}) raise(number);
  std::fputs("in order", stderr);
}

TEST(OrderlyEnd, is_not_cut_short_by_a_terminal_that_signals_twice) {
  EXPECT_EXIT(be_told_again_and_again(), testing::KilledBySignal(SIGINT), "in order");
}

void stop_a_program_that_stays() {
  end_programs_on_signals();
  const OrderlyEnd orderly;
  PosixCommandRunner runner;
  const auto done = runner.run(
      {.argv = {
           "sh", "-c",
           "trap 'sleep 0.3; kill -INT $PPID' TERM; kill -INT $PPID; while :; do sleep 1; done"}});
  if (!done && is_interrupted_again()) std::fputs("in order", stderr);
}

TEST(OrderlyEnd, kills_a_program_that_does_not_end_at_the_first_signal) {
  EXPECT_EXIT(stop_a_program_that_stays(), testing::KilledBySignal(SIGINT), "in order");
}

void hold_back() {
  end_programs_on_signals();
  {
    const HeldSignals held;
    raise(SIGHUP);
    std::fputs("done", stderr);
  }
  std::_Exit(1);
}

TEST(HeldSignals, come_when_the_work_is_done) {
  EXPECT_EXIT(hold_back(), testing::KilledBySignal(SIGHUP), "done");
}

}  // namespace
}  // namespace muster::os
