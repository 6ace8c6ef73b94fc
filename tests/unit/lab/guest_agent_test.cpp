// The guest agent's client against an agent of our own on a real socket, one connection a question.

#include "lab/guest_agent.h"

#include <functional>
#include <gtest/gtest.h>
#include <thread>

#include <nlohmann/json.hpp>

#include "core/base/base64.h"
#include "core/os/files.h"

namespace muster::lab {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

/// Answers `questions` connections, each with one synchronisation and one question.
class FakeAgent {
 public:
  using Answer = std::function<std::string(const json&)>;

  FakeAgent(int questions, Answer answer)
      : directory_(*os::TemporaryDirectory::make("muster-agent")),
        listener_(*os::listen_unix(path())),
        thread_([this, questions, answer = std::move(answer)] {
          for (int i = 0; i < questions; ++i) serve(answer);
        }) {}

  std::filesystem::path path() const { return directory_.path() / "agent.sock"; }

 private:
  void serve(const Answer& answer) {
    auto socket = os::accept_unix(listener_);
    if (!socket) return;
    os::LineChannel channel(std::move(*socket));
    const auto sync = channel.receive_line(os::in(5s));
    if (!sync || sync->empty() || sync->front() != '\xFF') return;
    const json request = json::parse(sync->substr(1));
    // What a torn connection may have left comes first.
    static_cast<void>(channel.send_line("{\"return\": 1}", os::in(5s)));
    static_cast<void>(channel.send_line(
        "torn{\xFF" + json{{"return", request["arguments"]["id"]}}.dump(), os::in(5s)));
    const auto question = channel.receive_line(os::in(5s));
    if (question) static_cast<void>(channel.send_line(answer(json::parse(*question)), os::in(5s)));
  }

  os::TemporaryDirectory directory_;
  os::Handle listener_;
  std::jthread thread_;
};

Status no_pause(std::chrono::milliseconds) { return {}; }

TEST(GuestAgent, gives_status_and_output_of_a_command) {
  int asked = 0;
  std::string path;
  FakeAgent fake(3, [&](const json& question) -> std::string {
    if (question["execute"] == "guest-exec") {
      path = question["arguments"].dump();
      return R"({"return": {"pid": 7}})";
    }
    if (++asked == 1) return R"({"return": {"exited": false}})";
    return json{
        {"return", {{"exited", true}, {"exitcode", 3}, {"out-data", render_base64("hello\n")}}}}
        .dump();
  });
  const GuestAgent agent(fake.path(), no_pause);
  const auto result = agent.run({.argv = {"say", "--to", "you"}, .input = "in"}, std::nullopt);
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_EQ(result->status, 3);
  EXPECT_EQ(result->out, "hello\n");
  EXPECT_EQ(result->output, GuestResult::Output::whole);
  EXPECT_EQ(path,
            R"({"arg":["--to","you"],"capture-output":true,"input-data":"aW4=","path":"say"})");
}

TEST(GuestAgent, tells_a_signal_and_that_output_was_cut) {
  FakeAgent fake(2, [](const json& question) -> std::string {
    if (question["execute"] == "guest-exec") return R"({"return": {"pid": 7}})";
    return R"({"return": {"exited": true, "signal": 9, "out-truncated": true}})";
  });
  const auto result = GuestAgent(fake.path(), no_pause).run({.argv = {"yes"}}, std::nullopt);
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_EQ(result->status, 137);
  EXPECT_EQ(result->output, GuestResult::Output::cut);
}

TEST(GuestAgent, passes_the_refusal_on) {
  FakeAgent fake(1, [](const json&) { return R"({"error": {"desc": "no such file\u0007"}})"; });
  const auto result = GuestAgent(fake.path(), no_pause).run({.argv = {"nonesuch"}}, std::nullopt);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "the guest's agent refuses: no such file\\x07");
}

TEST(GuestAgent, stops_when_waiting_has_no_sense_any_more) {
  FakeAgent fake(2, [](const json& question) -> std::string {
    if (question["execute"] == "guest-exec") return R"({"return": {"pid": 7}})";
    return R"({"return": {"exited": false}})";
  });
  const GuestAgent agent(fake.path(), [](auto) { return Status(fail("the machine is off")); });
  const auto result = agent.run({.argv = {"sleep", "9"}}, std::nullopt);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "the machine is off");
}

TEST(GuestAgent, that_nobody_plays_is_an_error) {
  const GuestAgent agent("/nonesuch/agent.sock", no_pause);
  EXPECT_FALSE(agent.ping(os::in(1s)));
}

}  // namespace
}  // namespace muster::lab
