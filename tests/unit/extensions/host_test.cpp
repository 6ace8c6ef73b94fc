#include "extensions/host.h"

#include <gtest/gtest.h>
#include <thread>

#include "core/os/files.h"
#include "core/os/unix_socket.h"
#include "core/os/wait.h"
#include "extensions/hook_runner.h"
#include "extensions/host_server.h"
#include "extensions/hosts.h"

namespace muster::extensions {
namespace {

using namespace std::chrono_literals;

class HostTest : public testing::Test {
 protected:
  /// An installed extension whose hook is this shell text.
  Installed extension(const std::string& hook) {
    const auto place = scratch_.path() / "content/hooks/configure";
    EXPECT_TRUE(os::write_file(place, "#!/bin/sh\n" + hook, {.mode = 0755}));
    Installed made;
    made.specification.name = "motd";
    made.content = scratch_.path() / "content";
    return made;
  }
  HookAnswer run(const std::string& hook, std::chrono::milliseconds timeout = 20s) {
    return hooks_.run(extension(hook), {.id = 7, .timeout = timeout, .input = {{"a", 1}}}, {});
  }

  os::TemporaryDirectory scratch_ = os::TemporaryDirectory::make().value();
  os::PosixCommandRunner runner_;
  ShellHooks hooks_{runner_};
};

TEST_F(HostTest, a_hook_answers_what_it_was_asked) {
  const HookAnswer answer = run("echo words >&2; printf '{\"got\": %s}' \"$(cat)\"");
  EXPECT_EQ(answer.error, "");
  EXPECT_EQ(answer.id, 7U);
  EXPECT_EQ(answer.output.dump(), R"({"got":{"a":1}})");
  EXPECT_EQ(answer.said, "words\n");
}

TEST_F(HostTest, whatever_else_a_hook_does_is_an_error) {
  EXPECT_EQ(run("echo why >&2; exit 4").error, "ended with status 4");
  EXPECT_EQ(run("kill -9 $$").error, "was killed by signal 9");
  EXPECT_TRUE(run("echo '{'").error.starts_with("printed no JSON"));
  EXPECT_TRUE(run("true").error.starts_with("printed no JSON"));
  EXPECT_EQ(run("echo '[]'").error, "printed JSON that is no object");
  EXPECT_TRUE(run("head -c 5000000 /dev/zero").error.starts_with("printed more than"));
  EXPECT_NE(run("sleep 60", 100ms).error, "");
  EXPECT_NE(run("exec /nothing/there").error, "");
}

TEST_F(HostTest, what_a_hook_says_is_kept_from_its_end) {
  const HookAnswer answer = run("seq 100000 >&2; exit 1");
  EXPECT_LE(answer.said.size(), 4000U);
  EXPECT_TRUE(answer.said.ends_with("100000\n"));
}

TEST(HostLine, a_question_and_an_answer_are_read_as_they_were_written) {
  const Question question{.id = 3, .timeout = 5s, .input = {{"b", "\n"}}};
  const auto read = parse_question(render_question(question));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->input, question.input);
  EXPECT_EQ(read->timeout, 5s);
  EXPECT_FALSE(render_question(question).contains('\n'));
  const auto answer = parse_answer(render_answer({.id = 3, .error = "why", .said = "more"}));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error, "why");
}

TEST(HostLine, a_call_is_read_as_it_was_written) {
  const auto call =
      parse_call(render_call({.id = 3, .name = "put_values", .arguments = {{"a", "\n"}}}));
  ASSERT_TRUE(call);
  EXPECT_EQ(call->name, "put_values");
  EXPECT_EQ(call->arguments, (nlohmann::json{{"a", "\n"}}));
  for (const std::string line :
       {"", "{}", R"({"id":1,"call":"x"})", R"({"id":1,"call":"","arguments":{}})",
        R"({"id":1,"call":"x","arguments":[]})",
        R"({"id":1,"call":"x","arguments":{},"more":1})"}) {
    EXPECT_FALSE(parse_call(line)) << line;
  }
}

/// What a hook calls, and what becomes of it.
struct Called {
  Result<HookAnswer> answer = fail("not asked");
  std::string told;
};

/// Asks a host that sends `line` before its answer.
Called ask_one_that_calls(const std::string& line, const AnswerCall& answer_call,
                          std::chrono::milliseconds timeout = 20s) {
  const auto scratch = os::TemporaryDirectory::make().value();
  const os::Handle listener = os::listen_unix(scratch.path() / "s").value();
  Called called;
  const std::jthread host([&] {
    os::LineChannel channel(os::accept_unix(listener).value());
    EXPECT_TRUE(channel.receive_line(os::in(20s)));
    EXPECT_TRUE(channel.send_line(line, os::in(20s)));
    called.told = channel.receive_line(os::in(20s)).value_or("");
    // Who asked may be gone.
    [[maybe_unused]] const auto sent = channel.send_line(R"({"id":3,"output":{}})", os::in(20s));
  });
  called.answer = ask_host(
      scratch.path() / "s", {.id = 3, .hook = Hook::tick, .timeout = timeout, .input = {}},
      [] { return false; }, answer_call);
  return called;
}

TEST(Calls, are_answered_while_the_hook_works) {
  const std::string line = R"({"id":3,"call":"double","arguments":{"a":2}})";
  const auto done = ask_one_that_calls(line, [](const auto& name, const auto& arguments,
                                                const auto&) {
    EXPECT_EQ(name, "double");
    return Result<nlohmann::json>(nlohmann::json{{"a", arguments.at("a").template get<int>() * 2}});
  });
  EXPECT_TRUE(done.answer);
  EXPECT_EQ(parse_answer(done.told)->output, (nlohmann::json{{"a", 4}}));
  const auto refused = ask_one_that_calls(line, [](const auto&, const auto&, const auto&) {
    return Result<nlohmann::json>(fail("no right"));
  });
  EXPECT_EQ(parse_answer(refused.told)->error, "no right");
  const auto large = ask_one_that_calls(line, [](const auto&, const auto&, const auto&) {
    return Result<nlohmann::json>(nlohmann::json{{"a", std::string(5U << 20U, 'x')}});
  });
  EXPECT_EQ(parse_answer(large.told)->error, "there is too much to tell");
}

TEST(Calls, end_before_the_time_of_their_hook_does) {
  const auto late = ask_one_that_calls(
      R"({"id":3,"call":"wait","arguments":{}})",
      [](const auto&, const auto&, const auto& is_unwanted) -> Result<nlohmann::json> {
        while (!is_unwanted()) std::this_thread::sleep_for(10ms);
        return fail("it took too long");
      },
      1500ms);
  EXPECT_EQ(parse_answer(late.told)->error, "it took too long");
}

TEST(Hosts, are_not_asked_what_nobody_waits_for) {
  const auto scratch = os::TemporaryDirectory::make().value();
  const os::Handle listener = os::listen_unix(scratch.path() / "motd.sock").value();
  Hosts hosts(scratch.path());
  std::string said;
  EXPECT_FALSE(hosts.ask("motd", Hook::tick, {}, said, [] { return true; }));
  const auto asked = os::wait_readable({{listener.get()}}, os::in(50ms));
  EXPECT_TRUE(asked->empty());
}

TEST(Calls, of_hooks_that_may_call_nothing_are_refused) {
  const auto done = ask_one_that_calls(R"({"id":3,"call":"double","arguments":{}})", {});
  EXPECT_TRUE(done.answer);
  EXPECT_EQ(parse_answer(done.told)->error, "the hook 'tick' may not call the head");
}

TEST(Calls, that_are_none_end_the_question) {
  for (const std::string line :
       {R"({"id":4,"call":"double","arguments":{}})", R"({"id":3,"call":7,"arguments":{}})",
        R"({"id":3,"call":"double"})"}) {
    EXPECT_FALSE(ask_one_that_calls(line, {}).answer) << line;
  }
}

TEST(HostLine, refuses_what_is_none) {
  for (const std::string line :
       {"", "{}", "[]", R"({"id":1})", R"({"id":1,"said":""})",
        R"({"id":1,"said":"","output":{},"error":"both"})", R"({"id":1,"output":[]})",
        R"({"id":-1,"output":{}})", R"({"id":1,"output":{},"more":1})"}) {
    EXPECT_FALSE(parse_answer(line)) << line;
  }
  for (const std::string line : {"", "{}", R"({"id":1,"hook":"fly","timeout_ms":5,"input":{}})",
                                 R"({"id":1,"hook":"configure","timeout_ms":0,"input":{}})",
                                 R"({"id":1,"hook":"configure","timeout_ms":5})"}) {
    EXPECT_FALSE(parse_question(line)) << line;
  }
}

/// A host that answers each question with one text.
class FakeHost {
 public:
  FakeHost(const std::filesystem::path& path, const std::string& answer)
      : listener_(os::listen_unix(path).value()), thread_([this, answer] {
          os::LineChannel channel(os::accept_unix(listener_).value());
          EXPECT_TRUE(channel.receive_line(os::in(20s)));
          if (answer.empty()) return;
          EXPECT_TRUE(channel.send_line(answer, os::in(20s)));
        }) {}

 private:
  os::Handle listener_;
  std::jthread thread_;
};

TEST_F(HostTest, who_asks_believes_the_answer_to_its_own_question_only) {
  const auto socket = scratch_.path() / "s";
  const auto ask = [&](const std::string& line) {
    const FakeHost host(socket, line);
    return ask_host(socket, {.id = 9, .timeout = 1s, .input = nlohmann::json::object()},
                    [] { return false; });
  };
  EXPECT_TRUE(ask(render_answer({.id = 9, .output = nlohmann::json::object()})));
  EXPECT_FALSE(ask(render_answer({.id = 8, .output = nlohmann::json::object()})));
  EXPECT_FALSE(ask("nonsense"));
  EXPECT_FALSE(ask("")) << "a host that ends without an answer";
  EXPECT_FALSE(
      ask_host(scratch_.path() / "nobody", {.id = 1, .timeout = 1s}, [] { return false; }));
}

TEST_F(HostTest, who_asks_need_not_wait_for_a_host_that_hangs) {
  const auto socket = scratch_.path() / "s";
  const os::Handle listener = os::listen_unix(socket).value();
  int looks = 0;
  const auto answer =
      ask_host(socket, {.id = 1, .timeout = 10min, .input = nlohmann::json::object()},
               [&] { return ++looks > 2; });
  EXPECT_FALSE(answer);
}

TEST_F(HostTest, a_server_ends_when_nobody_asks) {
  const os::Handle listener = os::listen_unix(scratch_.path() / "s").value();
  Installed motd = extension("true");
  motd.grant = {.name = "motd", .specification = std::string(64, 'a')};
  const HostOptions options{.store = scratch_.path(), .idle = 1ms, .say = {}};
  EXPECT_FALSE(serve_host(hooks_, motd, listener, options)) << "it is not installed";
  EXPECT_TRUE(os::write_file(grant_of(scratch_.path(), "motd"), render_grant(motd.grant)));
  EXPECT_TRUE(serve_host(hooks_, motd, listener, options));
}

}  // namespace
}  // namespace muster::extensions
