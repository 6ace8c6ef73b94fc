#pragma once
// When a node asks slurmctld whether it may work again (node_return.h): often after its cards
// changed, soon while there is a reason that passes, and seldom otherwise.

#include <chrono>
#include <functional>
#include <string>

#include "core/base/result.h"
#include "core/task/agent_service.h"

namespace muster::hpc {

class NodeReturnService final : public task::AgentService {
 public:
  /// `ask`: as return_node for this node. `some_minutes`: a random time up to four minutes, so that
  /// nodes that booted together do not ask together for ever.
  NodeReturnService(std::function<Result<bool>()> ask,
                    std::function<std::chrono::milliseconds()> some_minutes)
      : ask_(std::move(ask)), some_minutes_(std::move(some_minutes)) {}

  std::string name() const override { return "scheduler"; }
  Status tick(const task::Tick& tick) override;

 private:
  std::function<Result<bool>()> ask_;
  std::function<std::chrono::milliseconds()> some_minutes_;
  /// Until then it asks at every tick, afterwards at next_ask_.
  std::chrono::steady_clock::time_point asks_until_;
  std::chrono::steady_clock::time_point next_ask_;
  /// What came of the last time that it asked.
  Status last_;
};

}  // namespace muster::hpc
