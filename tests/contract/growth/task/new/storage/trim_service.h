#pragma once
// Tasks of kind "trim": the file systems of this node tell their disks which blocks are free.

#include "core/task/agent_service.h"

namespace muster::storage {

class TrimService final : public task::AgentService {
 public:
  std::string kind() const override { return "trim"; }
  task::Report run(const task::Task& task, const Tell& tell) override;
  Status tick(const task::Tick& tick) override;

 private:
  std::chrono::steady_clock::time_point last_;
};

}  // namespace muster::storage
