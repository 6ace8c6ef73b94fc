#pragma once
// From a lab whose machines are off to a cluster: the head first, then node after node, each waited
// for. Two guests that start at once in emulation spoil each other's timers; with KVM they may.

#include <chrono>
#include <filesystem>
#include <functional>
#include <string_view>

#include "core/base/result.h"
#include "core/os/handle.h"

namespace muster::lab {

/// How far to wait: not at all, until the head is ready, until every node is.
enum class WaitFor { none, head, nodes };

struct BringUpOptions {
  std::filesystem::path directory;
  WaitFor wait_for = WaitFor::nodes;
  /// For the head to answer and be ready, and for each node after it.
  std::chrono::seconds head_time{900};
  std::chrono::seconds node_time{900};
  /// Given lines for a person as things go on.
  std::function<void(std::string_view)> on_progress = {};
  /// Readable when somebody asks to stop (os::open_signals).
  const os::Handle* interrupt = nullptr;
};

/// Switches the machines on and waits as asked.
/// Errors: a machine fails or is late: named with its stage, its last console lines and their file.
Status bring_up(const BringUpOptions& options);

}  // namespace muster::lab
