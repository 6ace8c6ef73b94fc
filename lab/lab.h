#pragma once
// A lab on this machine: made, found again, asked, ended. All of it lies in one directory, and all
// that runs hangs on one keeper (keeper.h), so that ending a lab ends exactly what it started.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/os/command.h"
#include "core/os/unix_socket.h"
#include "lab/keeper_protocol.h"

namespace muster::lab {

/// The parent of the default directories of labs: $MUSTER_CACHE/lab, below /var/cache/muster else.
std::filesystem::path labs_directory();

/// up: its keeper runs. ended: it was ended, and its consoles were kept. lost: the keeper ended by
/// itself, and everything with it. stale: this machine was started anew since.
enum class Condition { up, ended, lost, stale };
std::string_view to_string(Condition condition);

/// What is known of a lab from its directory.
struct LabView {
  LabPlan plan;
  LabState state;
  Condition condition = Condition::up;
};

/// Errors: no lab there; its records are damaged.
Result<LabView> read_lab(const std::filesystem::path& directory);

/// The lab when it is up. Errors: as read_lab; and it is lost or stale, with the next step.
Result<LabView> read_running_lab(const std::filesystem::path& directory);

/// Memory that this machine can give now. Errors: /proc is not there.
Result<Bytes> read_available_memory();

/// Makes the directory, the disks and the wire, and starts the keeper; every machine is off.
/// Errors: a lab of this name is up; the directory holds something else; a file is missing; memory.
/// With `saved`, a directory of a saved state (saved_state.h), the machines get the files from
/// there.
Status create_lab(os::CommandRunner& runner, const LabPlan& plan,
                  const std::optional<std::filesystem::path>& saved = {});

/// Asks the keeper for one thing and waits until it is done.
Result<nlohmann::json> ask_keeper(const std::filesystem::path& directory, const Request& request);

enum class Leftovers { remove, keep_consoles };

/// Ends the lab and removes its directory; finishes what an earlier end or a crash left. The files
/// kept, when consoles are. Errors: no lab there; something of it does not end.
Result<std::vector<std::filesystem::path>> end_lab(const std::filesystem::path& directory,
                                                   Leftovers leftovers);

/// Adds one blank node, like those that the lab has, and switches it on. Its name. Errors: the lab
/// is not up, or has as many as there can be; memory.
Result<std::string> add_node(const std::filesystem::path& directory);

/// The state of a lab as it changes. Owns: a connection to its keeper.
class LabWatch {
 public:
  /// Errors: the lab is not up.
  static Result<LabWatch> open(const std::filesystem::path& directory);

  int descriptor() const { return channel_.descriptor(); }
  const LabState& state() const { return state_; }

  /// Waits for a change; false when the deadline came first. Errors: the keeper is gone.
  Result<bool> wait(os::Deadline deadline);

 private:
  explicit LabWatch(os::LineChannel channel) : channel_(std::move(channel)) {}
  os::LineChannel channel_;
  LabState state_;
};

}  // namespace muster::lab
