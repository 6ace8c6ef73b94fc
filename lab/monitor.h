#pragma once
// QEMU's monitor protocol (QMP, docs/interop/qmp-spec): commands with answers, and events between.

#include <functional>
#include <string>

#include <nlohmann/json.hpp>

#include "core/os/unix_socket.h"

namespace muster::lab {

/// Something that the emulator says by itself, such as RESET or VSERPORT_CHANGE.
struct MonitorEvent {
  std::string name;
  nlohmann::json data;
};

/// One connection to one emulator. Threads: one.
class Monitor {
 public:
  using EventHandler = std::function<void(const MonitorEvent&)>;

  Monitor(os::Handle socket, EventHandler on_event);

  int descriptor() const { return channel_.descriptor(); }

  /// Waits for the greeting and ends negotiation; from then on commands are taken.
  /// Errors: the emulator is gone or silent.
  Status greet(os::Deadline deadline);

  /// Runs one command and returns what it returns. Events that come meanwhile go to the handler.
  /// Errors: the emulator refuses, is gone, or is silent.
  Result<nlohmann::json> execute(const std::string& command, nlohmann::json arguments,
                                 os::Deadline deadline);

  /// Waits for one event and hands it over. Errors: none comes in time; the emulator is gone.
  Status await_event(os::Deadline deadline);

  /// Hands over every event that has arrived. Errors: the emulator is gone.
  Status take_events();

 private:
  Result<nlohmann::json> receive(os::Deadline deadline);
  void handle_event(const nlohmann::json& message);

  os::LineChannel channel_;
  EventHandler on_event_;
  int last_id_ = 0;
};

}  // namespace muster::lab
