#include "lab/monitor.h"

#include <gtest/gtest.h>
#include <thread>
#include <vector>

namespace muster::lab {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

/// A monitor with the other end of its socket in our hand.
struct Pair {
  Pair() : Pair(*os::make_socket_pair()) {}
  explicit Pair(std::pair<os::Handle, os::Handle> ends)
      : emulator(std::move(ends.second)),
        monitor(std::move(ends.first),
                [this](const MonitorEvent& e) { events.push_back(e.name); }) {}

  void say(std::string_view line) { ASSERT_TRUE(emulator.send_line(line, os::in(1s))); }

  os::LineChannel emulator;
  std::vector<std::string> events;
  Monitor monitor;
};

TEST(Monitor, greets_and_takes_commands) {
  Pair pair;
  pair.say(R"({"QMP": {"version": {}}})");
  pair.say(R"({"return": {}, "id": 1})");
  EXPECT_TRUE(pair.monitor.greet(os::in(1s)));
  pair.say(R"({"event": "RESET", "data": {}})");
  pair.say(R"({"return": {"running": true}, "id": 2})");
  EXPECT_EQ(pair.monitor.execute("query-status", json::object(), os::in(1s)),
            (json{{"running", true}}));
  EXPECT_EQ(pair.events, std::vector<std::string>{"RESET"});
}

TEST(Monitor, passes_a_refusal_on) {
  Pair pair;
  pair.say(R"({"error": {"class": "GenericError", "desc": "no such device"}, "id": 1})");
  const auto reply = pair.monitor.execute("set_link", json::object(), os::in(1s));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().message, "the emulator refuses 'set_link': no such device");
}

TEST(Monitor, takes_no_answer_to_an_earlier_command) {
  Pair pair;
  ASSERT_FALSE(pair.monitor.execute("query-block", json::object(), os::in(1ms)));
  pair.say(R"({"error": {"class": "GenericError", "desc": "late"}, "id": 1})");
  pair.say(R"({"return": {"late": true}, "id": 1})");
  pair.say(R"({"return": {"status": "running"}, "id": 2})");
  EXPECT_EQ(pair.monitor.execute("query-status", json::object(), os::in(1s)),
            (json{{"status", "running"}}));
}

TEST(Monitor, waits_for_one_event) {
  Pair pair;
  pair.say(R"({"return": {}, "id": 7})");
  pair.say(R"({"event": "MIGRATION", "data": {"status": "active"}})");
  pair.say(R"({"event": "MIGRATION", "data": {"status": "completed"}})");
  EXPECT_TRUE(pair.monitor.await_event(os::in(1s)));
  EXPECT_EQ(pair.events.size(), 1U);
  EXPECT_TRUE(pair.monitor.await_event(os::in(1s)));
  EXPECT_FALSE(pair.monitor.await_event(os::in(10ms)));
}

TEST(Monitor, notices_that_the_emulator_is_gone) {
  Pair pair;
  pair.emulator = os::LineChannel(os::Handle());
  EXPECT_FALSE(pair.monitor.take_events());
  EXPECT_FALSE(pair.monitor.greet(os::in(1s)));
}

TEST(Monitor, refuses_noise) {
  Pair pair;
  pair.say("noise");
  EXPECT_FALSE(pair.monitor.take_events());
}

}  // namespace
}  // namespace muster::lab
