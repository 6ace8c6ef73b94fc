#pragma once
// What the agent does in a running node: enrol, apply the plan, report, then heartbeats, a new plan
// when the head has one, and a new certificate before the old one ends.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/os/command.h"
#include "core/os/stop_signal.h"
#include "core/task/agent_service.h"
#include "core/task/link.h"

namespace muster::agent {

struct RunningOptions {
  /// Written by stage one.
  std::filesystem::path invitation = "/run/muster/boot.json";
  std::filesystem::path identity = "/run/muster/agent";
  std::filesystem::path pending = "/run/muster/pending";
  /// In memory, as the system whose files it describes.
  std::filesystem::path record = "/run/muster/record";
  std::filesystem::path unrecorded = {};
  /// Of this program, for the head.
  std::string version;
  os::CommandRunner& runner;
  os::StopSignal& stop;
  std::function<void(const std::string&)> say;
  /// Called once when the first plan holds, for systemd.
  std::function<void()> on_ready;
  /// What is done here from time to time while the plan holds; they must live longer.
  std::vector<task::AgentService*> services = {};
  /// Opens the channel on which the head gives this node tasks; it closes with what is returned.
  /// `tasks`: a directory in memory, as a task that was given in an earlier boot is not this
  /// boot's. `on_wanted`: the head has another word for the next heartbeat.
  std::function<Result<std::shared_ptr<void>>(
      const task::Link& link, const std::filesystem::path& tasks, std::function<void()> on_wanted)>
      open_channel;
  std::filesystem::path tasks = "/run/muster/tasks";
};

/// Returns when it was asked to stop, having told the head.
/// Errors: this machine was not booted by Muster; the head refuses it for good.
Status run_node(const RunningOptions& options);

}  // namespace muster::agent
