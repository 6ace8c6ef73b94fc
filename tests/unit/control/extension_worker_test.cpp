#include "control/extension_worker.h"

#include <future>
#include <gtest/gtest.h>

#include "control/extension_notes.h"
#include "core/os/files.h"
#include "core/os/unix_socket.h"
#include "core/os/wait.h"
#include "tests/unit/control/extension_sample.h"

namespace muster::control {
namespace {

using namespace std::chrono_literals;
using extensions::Hook;
using nlohmann::json;
using provisioning::NodeTurn;
using provisioning::Turn;

/// A worker of the extension 'motd', the log of nodes, and a host that notes what it is asked.
class ExtensionWorkerTest : public testing::Test {
 protected:
  void TearDown() override {
    worker_.reset();
    host_.request_stop();
  }

  void open(std::vector<Hook> hooks) {
    if (!host_.joinable()) {
      host_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
    }
    extensions::Installed motd{.grant = grant_of_motd()};
    motd.specification.name = "motd";
    motd.specification.hooks = std::move(hooks);
    motd.specification.verbs = {{.name = "report", .about = "x"}};
    worker_.reset();
    worker_ = std::make_unique<ExtensionWorker>(world_, motd);
  }
  void turn(Turn turn, const std::string& name) {
    ASSERT_TRUE(store_->commit(
        {.events = {turn_event(NodeTurn{.turn = turn, .id = "id-" + name, .name = name},
                               {.wall_ms = 5})}}));
  }
  void serve(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const auto ready = os::wait_readable({{listener_.get()}}, os::in(50ms));
      if (!ready || ready->empty()) continue;
      os::LineChannel channel(os::accept_unix(listener_).value());
      const auto question = extensions::parse_question(channel.receive_line(os::in(20s)).value());
      EXPECT_TRUE(channel.send_line(extensions::render_answer(answer_to(*question)), os::in(20s)));
    }
  }
  extensions::HookAnswer answer_to(const extensions::Question& question) {
    const std::scoped_lock lock(mutex_);
    extensions::HookAnswer answer{.id = question.id, .output = json::object(), .error = error_};
    std::string told(to_string(question.hook));
    if (question.input.contains("nodes")) {
      for (const json& node : question.input.at("nodes")) {
        told += " " + node.at("name").get<std::string>();
      }
    }
    told_.push_back(told);
    if (question.hook == Hook::health) answer.output = {{"problems", {{{"what", "dark"}}}}};
    if (question.hook == Hook::metrics) answer.output = {{"metrics", 7}};
    if (question.hook == Hook::run) {
      answer.output = {
          {"data", {{"verb", question.input.at("verb")}, {"by", question.input.at("by")}}}};
    }
    changed_.notify_all();
    return answer;
  }
  /// Waits until the host was told so much.
  std::vector<std::string> told(std::size_t count) {
    worker_->wake();
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, 20s, [&] { return told_.size() >= count; }));
    return told_;
  }
  void fail_with(const std::string& error) {
    const std::scoped_lock lock(mutex_);
    error_ = error;
  }
  template <typename Condition>
  bool until(Condition is_true) {
    for (int i = 0; i < 2000 && !is_true(); ++i) std::this_thread::sleep_for(10ms);
    return is_true();
  }
  std::optional<std::uint64_t> heard() {
    const auto document = store_->find(kExtensionHeardKind, "motd").value();
    return document ? std::optional(parse_heard(document->value).value()) : std::nullopt;
  }

  os::TemporaryDirectory scratch_ = os::TemporaryDirectory::make().value();
  os::Handle listener_ = os::listen_unix(scratch_.path() / "motd.sock").value();
  std::unique_ptr<state::Store> store_ = state::make_memory_store();
  Decisions decisions_{*store_, [] { return 0; }};
  extensions::Hosts hosts_{scratch_.path()};
  json ready_ = json::array();
  std::atomic<bool> is_asked_ = true;
  ExtensionWorker::World world_{
      .decisions = decisions_,
      .hosts = hosts_,
      .is_asked = [this](const auto&) { return is_asked_.load(); },
      .told = [](const auto&) -> Result<json> { return json::object(); },
      .describe =
          [](const std::string& id) {
            return id == "id-gone" ? json() : json{{"name", id.substr(3)}, {"state", "ready"}};
          },
      .show_written = [] { return Status(); },
      .ready_nodes = [this] { return ready_; },
      .on_call = [](const auto&, const auto&, const auto&, const auto&) -> Result<json> {
        return json::object();
      }};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> told_;
  std::string error_;
  std::jthread host_;
  std::unique_ptr<ExtensionWorker> worker_;
};

using Told = std::vector<std::string>;

TEST_F(ExtensionWorkerTest, tells_first_who_is_ready_and_then_what_happens) {
  turn(Turn::failed, "before");
  ready_ = {{{"name", "n001"}}, {{"name", "n002"}}};
  open({Hook::nodes_ready, Hook::nodes_failed});
  EXPECT_EQ(told(1), Told({"nodes_ready n001 n002"}));
  ASSERT_TRUE(until([&] { return heard() == store_->newest_event(); }));
  turn(Turn::ready, "n003");
  EXPECT_EQ(told(2).back(), "nodes_ready n003");
}

TEST_F(ExtensionWorkerTest, tells_turns_of_one_kind_together_and_all_in_their_order) {
  open({Hook::nodes_ready, Hook::nodes_left});
  ASSERT_TRUE(until([&] { return heard().has_value(); }));
  worker_.reset();
  for (const auto& [kind, name] : std::vector<std::pair<Turn, std::string>>{{Turn::ready, "a"},
                                                                            {Turn::failed, "x"},
                                                                            {Turn::ready, "b"},
                                                                            {Turn::left, "b"},
                                                                            {Turn::ready, "gone"},
                                                                            {Turn::left, "gone"},
                                                                            {Turn::ready, "c"}}) {
    turn(kind, name);
  }
  open({Hook::nodes_ready, Hook::nodes_left});
  EXPECT_EQ(told(3), Told({"nodes_ready a b", "nodes_left b gone", "nodes_ready c"}));
}

TEST_F(ExtensionWorkerTest, goes_on_where_an_earlier_daemon_ended) {
  open({Hook::nodes_ready});
  ASSERT_TRUE(until([&] { return heard().has_value(); }));
  turn(Turn::ready, "a");
  EXPECT_EQ(told(1), Told({"nodes_ready a"}));
  ASSERT_TRUE(until([&] { return heard() == store_->newest_event(); }));
  worker_.reset();
  turn(Turn::ready, "b");
  open({Hook::nodes_ready});
  EXPECT_EQ(told(2), Told({"nodes_ready a", "nodes_ready b"}));
}

TEST_F(ExtensionWorkerTest, tells_again_what_was_not_heard) {
  open({Hook::nodes_ready});
  ASSERT_TRUE(until([&] { return heard().has_value(); }));
  const auto before = heard();
  fail_with("raised ValueError");
  turn(Turn::ready, "a");
  told(1);
  ASSERT_TRUE(until([&] { return worker_->report().failures.contains("nodes"); }));
  EXPECT_TRUE(worker_->report().failures.at("nodes").contains("raised ValueError"));
  EXPECT_EQ(heard(), before);
  fail_with("");
  EXPECT_EQ(told(2), Told({"nodes_ready a", "nodes_ready a"}));
  ASSERT_TRUE(until([&] { return worker_->report().failures.empty(); }));
}

TEST_F(ExtensionWorkerTest, notes_how_far_it_is_in_a_log_that_says_it_nothing) {
  open({Hook::nodes_ready});
  ASSERT_TRUE(until([&] { return heard().has_value(); }));
  for (int i = 0; i < 1100; ++i) turn(Turn::failed, "x");
  worker_->wake();
  EXPECT_TRUE(until([&] { return *heard() >= 1000; }));
}

TEST_F(ExtensionWorkerTest, of_a_restored_head_begins_anew) {
  ASSERT_TRUE(store_->commit(
      {.changes = {{.kind = kExtensionHeardKind, .key = "motd", .value = render_heard(4711)}}}));
  ready_ = {{{"name", "n001"}}};
  open({Hook::nodes_ready});
  EXPECT_EQ(told(1), Told({"nodes_ready n001"}));
}

TEST_F(ExtensionWorkerTest, tells_one_that_is_disabled_nothing_until_it_is_not) {
  is_asked_ = false;
  ready_ = {{{"name", "n001"}}};
  open({Hook::nodes_ready, Hook::health});
  worker_->wake();
  std::this_thread::sleep_for(100ms);
  EXPECT_TRUE(told(0).empty());
  EXPECT_EQ(heard(), std::nullopt);
  is_asked_ = true;
  EXPECT_EQ(told(1).front(), "nodes_ready n001");
}

TEST_F(ExtensionWorkerTest, asks_how_it_is_and_says_which_answer_is_none) {
  open({Hook::health, Hook::metrics, Hook::tick});
  EXPECT_EQ(told(3).size(), 3U);
  ASSERT_TRUE(until([&] { return worker_->report().failures.contains("metrics"); }));
  ASSERT_TRUE(until([&] { return !worker_->report().problems.empty(); }));
  EXPECT_EQ(worker_->report().problems.at(0).what, "dark");
  EXPECT_FALSE(worker_->report().failures.contains("health"));
}

TEST_F(ExtensionWorkerTest, does_verbs) {
  open({Hook::run});
  std::promise<Result<VerbAnswer>> done;
  worker_->run_verb("report", {"a"}, "ada",
                    [&](auto answer) { done.set_value(std::move(answer)); });
  const auto answer = done.get_future().get();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->data, (json{{"verb", "report"}, {"by", "ada"}}));
  worker_->run_verb("dance", {}, "ada",
                    [](const auto& other) { EXPECT_EQ(other.error().kind, ErrorKind::absent); });
}

TEST_F(ExtensionWorkerTest, that_ends_answers_who_waits) {
  open({Hook::run});
  std::vector<std::future<Result<VerbAnswer>>> answers;
  const os::Handle silent = os::listen_unix(scratch_.path() / "motd.sock").value();
  for (int i = 0; i < 12; ++i) {
    auto done = std::make_shared<std::promise<Result<VerbAnswer>>>();
    answers.push_back(done->get_future());
    worker_->run_verb("report", {}, "ada",
                      [done](auto answer) { done->set_value(std::move(answer)); });
  }
  worker_.reset();
  std::size_t refused = 0;
  for (auto& answer : answers) refused += answer.get() ? 0 : 1;
  EXPECT_EQ(refused, 12U);
}

}  // namespace
}  // namespace muster::control
