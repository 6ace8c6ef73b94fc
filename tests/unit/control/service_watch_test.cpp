#include "control/service_watch.h"

#include <atomic>
#include <future>
#include <gtest/gtest.h>
#include <stdexcept>

namespace muster::control {
namespace {

using namespace std::chrono_literals;

/// A systemd that answers once it is let.
class SlowSystemd : public os::CommandRunner {
 public:
  Result<os::CommandResult> run(const os::Command& command) override {
    ++questions_;
    is_let_.wait();
    std::string states;
    // Behind the program, its verb and two options.
    for (std::size_t i = 4; i < command.argv.size(); ++i) states += "active\n\n";
    return os::CommandResult{.status = 0, .out = states, .err = {}};
  }
  void let() { let_.set_value(); }

  std::atomic<int> questions_ = 0;

 private:
  std::promise<void> let_;
  std::shared_future<void> is_let_ = let_.get_future();
};

TEST(ServiceWatch, a_systemd_that_does_not_answer_keeps_nobody) {
  SlowSystemd systemd;
  ServiceWatch services(systemd, {"muster-nginx.service", "ssh.service"});
  const auto states = services.states(0ms);
  ASSERT_FALSE(states.empty());
  EXPECT_EQ(states.front(), (ServiceState{"muster-nginx.service", "unknown"}));
  systemd.let();
}

/// A runner with a defect.
class ThrowingRunner : public os::CommandRunner {
 public:
  Result<os::CommandResult> run(const os::Command&) override {
    throw std::runtime_error("a bug of ours");
  }
};

TEST(ServiceWatch, an_exception_leaves_the_states_unknown_and_the_next_question_is_asked) {
  ThrowingRunner runner;
  ServiceWatch services(runner, {"muster-nginx.service"});
  for (const std::uint64_t times : {1U, 2U}) {
    EXPECT_EQ(services.states(60s).front().state, "unknown");
    EXPECT_EQ(services.exceptions().count, times);
  }
}

TEST(ServiceWatch, callers_share_one_question_and_are_told_its_answer) {
  SlowSystemd systemd;
  ServiceWatch services(systemd, {"muster-nginx.service", "ssh.service"});
  for (int i = 0; i < 10; ++i) EXPECT_EQ(services.states(0ms).front().state, "unknown");
  systemd.let();
  EXPECT_EQ(services.states(60s).front().state, "active");
  // The last caller may have come after the answer.
  EXPECT_LE(systemd.questions_, 2);
}

}  // namespace
}  // namespace muster::control
