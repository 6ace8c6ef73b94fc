#include "core/os/unix_socket.h"

#include <gtest/gtest.h>

#include "core/os/files.h"
#include "tests/unit/os/interruptions.h"

namespace muster::os {
namespace {

using namespace std::chrono_literals;

struct Ends {
  Ends() : Ends(*make_socket_pair()) {}
  explicit Ends(std::pair<Handle, Handle> pair)
      : left(std::move(pair.first), 1000), right(std::move(pair.second), 1000) {}
  LineChannel left;
  LineChannel right;
};

TEST(LineChannel, keeps_lines_apart) {
  Ends ends;
  ASSERT_TRUE(ends.left.send_line("one\ntwo", in(1s)));
  EXPECT_EQ(ends.right.receive_line(in(1s)), "one");
  EXPECT_EQ(ends.right.receive_line(in(1s)), "two");
  const auto nothing = ends.right.poll_line();
  ASSERT_TRUE(nothing);
  EXPECT_FALSE(*nothing);
}

TEST(LineChannel, drops_the_carriage_return_of_a_line_end) {
  Ends ends;
  ASSERT_TRUE(ends.left.send_line("greeting\r", in(1s)));
  EXPECT_EQ(ends.right.receive_line(in(1s)), "greeting");
}

TEST(LineChannel, gives_the_last_line_of_a_side_that_is_gone) {
  Ends ends;
  ASSERT_TRUE(ends.left.send_line("bye", in(1s)));
  ends.left = LineChannel(Handle());
  EXPECT_EQ(ends.right.receive_line(in(1s)), "bye");
  EXPECT_EQ(ends.right.receive_line(in(1s)).error().message, "the other side is gone");
}

TEST(LineChannel, gives_up_at_the_deadline) {
  Ends ends;
  EXPECT_EQ(ends.right.receive_line(in(1ms)).error().message, "no answer in time");
}

TEST(LineChannel, refuses_a_line_without_end) {
  Ends ends;
  ASSERT_TRUE(ends.left.send_line(std::string(5000, 'x'), in(1s)));
  EXPECT_EQ(ends.right.receive_line(in(1s)).error().message, "a line is longer than 1000 bytes");
}

TEST(UnixSocket, may_have_a_path_that_is_longer_than_the_kernel_takes) {
  const auto directory = TemporaryDirectory::make();
  ASSERT_TRUE(directory);
  const auto deep = directory->path() / std::string(90, 'a') / std::string(90, 'b');
  ASSERT_TRUE(make_directory(deep));
  const auto listener = listen_unix(deep / "socket");
  ASSERT_TRUE(listener) << listener.error().text();
  const auto client = connect_unix(deep / "socket");
  EXPECT_TRUE(client);
  EXPECT_TRUE(accept_unix(*listener));
}

TEST(UnixSocket, is_for_its_owner_only) {
  const auto directory = TemporaryDirectory::make();
  ASSERT_TRUE(directory);
  const auto listener = listen_unix(directory->path() / "socket");
  ASSERT_TRUE(listener);
  const auto mode = std::filesystem::status(directory->path() / "socket").permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST(UnixSocket, is_waited_for_while_its_queue_is_full_whatever_signals_come) {
  const auto directory = TemporaryDirectory::make();
  ASSERT_TRUE(directory);
  const auto path = directory->path() / "socket";
  const auto listener = listen_unix(path, {.backlog = 0});
  ASSERT_TRUE(listener);
  const auto first = connect_unix(path);
  ASSERT_TRUE(first);
  const Interruptions interruptions;
  std::jthread server([&] {
    // The second connection waits until the first is taken.
    Interruptions::wait_for(1000);
    EXPECT_TRUE(accept_unix(*listener));
  });
  const auto second = connect_unix(path);
  EXPECT_TRUE(second) << second.error().text();
}

TEST(UnixSocket, at_which_nobody_listens_is_an_error) {
  EXPECT_EQ(connect_unix("/nonesuch/socket").error().message,
            "cannot connect to '/nonesuch/socket': No such file or directory");
}

}  // namespace
}  // namespace muster::os
