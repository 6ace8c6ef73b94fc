#pragma once
// Operations over a store that may fail, and nodes that ask.

#include <future>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

#include "operations/operations.h"
#include "tests/unit/provisioning/faulty_store.h"

namespace muster::operations {

using provisioning::FaultyStore;
using namespace std::chrono_literals;

inline constexpr auto kSoon = 10s;

class OperationsTest : public testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() {
    operations_.reset();
    operations_ = Operations::open(store_, now_).value();
  }
  Wish wish(std::vector<std::string> ids, std::uint32_t at_once = 0) const {
    Wish wish{.kind = "exec", .words = {"true"}, .timeout_s = 10, .at_once = at_once, .by = "ada"};
    for (const std::string& id : ids) wish.targets.push_back({.id = id, .name = "n" + id});
    return wish;
  }
  std::future<Result<task::Offer>> ask(const std::string& id, std::vector<std::string> has = {},
                                       const std::string& boot = "b1",
                                       std::vector<std::string> kinds = {"exec"}) {
    const auto promise = std::make_shared<std::promise<Result<task::Offer>>>();
    operations_->ask(
        id, {.boot = boot, .kinds = std::move(kinds), .has = std::move(has)}, "", now_,
        [promise](Result<task::Offer> offer) { promise->set_value(std::move(offer)); });
    return promise->get_future();
  }
  Status tell(const std::string& id, task::Report report) {
    std::promise<Status> done;
    operations_->report(id, std::move(report), now_,
                        [&done](const Status& status) { done.set_value(status); });
    return done.get_future().get();
  }
  void pass(std::int64_t ms) {
    now_.steady_ms += ms;
    now_.wall_ms += ms;
    operations_->pass_time(now_, [](const std::string&) { return Presence::other; });
  }
  static bool is_held(const std::future<Result<task::Offer>>& answer) {
    return answer.wait_for(0s) == std::future_status::timeout;
  }
  PartState state(const std::string& operation, const std::string& node) const {
    return operations_->find(operation).value().parts.at(node).state;
  }

  Now now_{.wall_ms = 1'790'000'000'000, .steady_ms = 5'000};
  FaultyStore store_;
  std::unique_ptr<Operations> operations_;
};

}  // namespace muster::operations
