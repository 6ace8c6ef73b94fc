#include "core/os/command.h"

#include <gtest/gtest.h>
#include <thread>

#include "core/os/files.h"
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

}  // namespace
}  // namespace muster::os
