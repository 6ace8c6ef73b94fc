#pragma once
// What the command line and a lab's keeper say to each other: one JSON object a line, a request and
// its reply. `watch` is answered by the lab's state on every change until one side closes.

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "lab/lab_state.h"

namespace muster::lab {

/// save: stops all machines at one instant, writes each one's memory into its directory, and
/// switches them off. restore: starts the machines whose memory is there, as they were.
enum class Action { start, stop, monitor, add, save, restore, watch, end };

struct Request {
  Action action = Action::watch;
  /// The machine for start, stop and monitor.
  std::string machine;
  /// A command of QEMU's monitor, for `monitor`.
  std::string command;
  nlohmann::json arguments = nlohmann::json::object();
  /// The whole plan with one machine more, for `add`.
  std::optional<LabPlan> plan = {};

  bool operator==(const Request&) const = default;
};

std::string render_request(const Request& request);
/// Errors: not a request.
Result<Request> parse_request(std::string_view line);

std::string render_reply(const Result<nlohmann::json>& reply);
/// The reply's value, or the error that the keeper met. Errors: not a reply.
Result<nlohmann::json> parse_reply(std::string_view line);

/// Names in a lab's directory.
struct LabFiles {
  static constexpr std::string_view kPlan = "lab.json";
  static constexpr std::string_view kState = "state.json";
  static constexpr std::string_view kLock = "lock";
  static constexpr std::string_view kKeeperSocket = "keeper.sock";
  static constexpr std::string_view kKeeperLog = "keeper.log";
};

/// The numbers under which the keeper finds what its starter passes.
inline constexpr int kListenerDescriptor = 3;
inline constexpr int kLockDescriptor = 4;

}  // namespace muster::lab
