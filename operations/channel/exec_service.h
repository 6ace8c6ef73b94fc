#pragma once
// Tasks of kind "exec": a program on this node, as root. It is a service of its own of systemd
// (systemd-run(1)), so it has none of the limits of the agent's own, all that it starts ends with
// it, and nobody's terminal is its terminal.

#include <mutex>
#include <set>
#include <string>

#include "core/os/command.h"
#include "core/task/agent_service.h"

namespace muster::channel {

class ExecService final : public task::AgentService {
 public:
  /// `runner` must live longer.
  explicit ExecService(os::CommandRunner& runner) : runner_(runner) {}

  std::string kind() const override { return "exec"; }
  task::Report run(const task::Task& task, const Tell& tell) override;
  void end(const std::string& id) override;

 private:
  bool is_going_down();
  void forget(const std::string& unit);
  bool was_ended(const std::string& id) const;

  os::CommandRunner& runner_;
  mutable std::mutex mutex_;
  std::set<std::string> ended_;
};

/// What systemd says of a service that ended badly, as `systemctl show` prints its properties
/// ActiveState, Result, ExecMainCode and ExecMainStatus; `report` has what systemd-run said. Pure.
task::Report explained(task::Report report, const std::string& properties, std::uint32_t timeout_s);

}  // namespace muster::channel
