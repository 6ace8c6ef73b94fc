#include "core/os/process.h"

#include <array>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "core/os/file_lock.h"
#include "core/os/file_watch.h"
#include "core/os/files.h"
#include "core/os/wait.h"

namespace muster::os {
namespace {

using namespace std::chrono_literals;

ExitReason wait_for(const Child& child) {
  const std::array descriptors = {child.pidfd.get()};
  const auto ready = wait_readable(descriptors, in(20s));
  EXPECT_TRUE(ready && !ready->empty());
  const auto reason = reap(child);
  EXPECT_TRUE(reason && *reason);
  return reason && *reason ? **reason : ExitReason{.status = -1};
}

TEST(Process, tells_how_a_child_ended) {
  const auto child = spawn({.argv = {"sh", "-c", "exit 7"}});
  ASSERT_TRUE(child) << child.error().text();
  EXPECT_EQ(wait_for(*child), ExitReason{.status = 7});
}

TEST(Process, is_ended_by_its_identity) {
  const auto child = spawn({.argv = {"sleep", "1000"}});
  ASSERT_TRUE(child) << child.error().text();
  EXPECT_TRUE(is_running(child->id));
  ASSERT_TRUE(signal_process(child->id, SIGKILL));
  const ExitReason reason = wait_for(*child);
  EXPECT_EQ(reason.signal, SIGKILL);
  EXPECT_EQ(to_string(reason), "was killed by signal 9 (Killed)");
  EXPECT_FALSE(is_running(child->id));
}

TEST(Process, of_another_start_time_is_never_touched) {
  const auto child = spawn({.argv = {"sleep", "1000"}});
  ASSERT_TRUE(child) << child.error().text();
  ProcessId other = child->id;
  ++other.start_time;
  EXPECT_FALSE(is_running(other));
  EXPECT_TRUE(signal_process(other, SIGKILL));
  EXPECT_TRUE(is_running(child->id));
  ASSERT_TRUE(signal_process(child->id, SIGKILL));
  wait_for(*child);
}

TEST(Process, that_cannot_start_is_an_error_with_the_next_step) {
  const auto child = spawn({.argv = {"no-such-program"}});
  ASSERT_FALSE(child);
  EXPECT_EQ(child.error().message, "cannot start 'no-such-program': No such file or directory");
  EXPECT_EQ(child.error().hint, "install the package that provides 'no-such-program'");
}

TEST(Process, gets_the_passed_descriptors_in_their_places) {
  auto first = make_socket_pair();
  auto second = make_socket_pair();
  ASSERT_TRUE(first && second);
  // Crossed on purpose: each place may be the other's number in our process.
  const auto child = spawn({.argv = {"sh", "-c", "echo three >&3; echo four >&4"},
                            .descriptors = {{.ours = first->second.get(), .theirs = 3},
                                            {.ours = second->second.get(), .theirs = 4}}});
  ASSERT_TRUE(child) << child.error().text();
  EXPECT_EQ(LineChannel(std::move(first->first)).receive_line(in(20s)), "three");
  EXPECT_EQ(LineChannel(std::move(second->first)).receive_line(in(20s)), "four");
  wait_for(*child);
}

TEST(Process, writes_both_outputs_to_its_log) {
  const auto directory = TemporaryDirectory::make();
  ASSERT_TRUE(directory);
  const auto log = directory->path() / "log";
  const auto child = spawn({.argv = {"sh", "-c", "echo out; echo err >&2"}, .log = log});
  ASSERT_TRUE(child) << child.error().text();
  wait_for(*child);
  EXPECT_EQ(read_file(log), "out\nerr\n");
}

TEST(Process, waits_no_longer_than_asked) {
  const auto child = spawn({.argv = {"sleep", "1000"}});
  ASSERT_TRUE(child) << child.error().text();
  EXPECT_FALSE(wait_until_gone(child->id, 10ms));
  ASSERT_TRUE(signal_process(child->id, SIGKILL));
  EXPECT_TRUE(wait_until_gone(child->id, 20s));
  wait_for(*child);
}

TEST(Process, tells_what_it_has_in_memory) {
  const auto own = read_process(getpid());
  ASSERT_TRUE(own);
  const auto memory = read_resident_memory(*own);
  ASSERT_TRUE(memory) << memory.error().text();
  EXPECT_GT(memory->mib(), 1);
  EXPECT_LT(memory->mib(), 100'000);
  EXPECT_FALSE(read_resident_memory({.pid = own->pid, .start_time = own->start_time + 1}));
}

TEST(FileLock, is_held_by_one) {
  const auto directory = TemporaryDirectory::make();
  ASSERT_TRUE(directory);
  const auto path = directory->path() / "lock";
  {
    const auto first = try_lock_file(path);
    ASSERT_TRUE(first && *first);
    const auto second = try_lock_file(path);
    ASSERT_TRUE(second);
    EXPECT_FALSE(*second);
  }
  const auto later = try_lock_file(path);
  EXPECT_TRUE(later && *later);
}

TEST(GrowingFile, gives_what_was_added) {
  const auto directory = TemporaryDirectory::make();
  ASSERT_TRUE(directory);
  const auto path = directory->path() / "console";
  ASSERT_TRUE(append_file(path, "one\n"));
  auto file = GrowingFile::open(path);
  ASSERT_TRUE(file) << file.error().text();
  EXPECT_EQ(file->read(), "one\n");
  EXPECT_EQ(file->read(), "");
  ASSERT_TRUE(append_file(path, "two\n"));
  const std::array descriptors = {file->descriptor()};
  const auto ready = wait_readable(descriptors, in(20s));
  EXPECT_TRUE(ready && !ready->empty());
  EXPECT_EQ(file->read(), "two\n");
}

}  // namespace
}  // namespace muster::os
