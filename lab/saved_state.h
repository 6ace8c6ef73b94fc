#pragma once
// Saved states: a lab whose machines were stopped at one instant, as files from which any number of
// labs start. Each is one directory, which is there as a whole or not at all:
//
//     state.json            name, plan, emulator, when, and how each machine was
//     medium.iso            the ISO, when a machine has one
//     MACHINE/…             the machine's files (MachineFiles); its memory, when it ran

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/os/command.h"
#include "lab/bring_up.h"
#include "lab/lab_state.h"

namespace muster::lab {

struct SavedState {
  std::string name;
  /// Its directory is that of the state, and its ISO the one that is there.
  LabPlan plan;
  /// What `qemu-system-x86_64 --version` says: another version may not read the memory.
  std::string emulator;
  /// Milliseconds since 1970-01-01 UTC.
  std::int64_t saved_ms = 0;
  /// Machines with memory: those that ran.
  std::vector<std::string> running;
  /// Those of them whose agent answered.
  std::vector<std::string> answering;

  bool operator==(const SavedState&) const = default;
};

std::string render_saved_state(const SavedState& state);
/// Errors: not what the function above wrote, or a newer version did.
Result<SavedState> parse_saved_state(std::string_view text);

/// $MUSTER_CACHE/lab-states, below /var/cache/muster else.
std::filesystem::path states_directory();

/// Saves a lab that is up, and ends it. Errors: a name that is no host label, or is taken; the disk
/// is full, or QEMU refuses: the lab goes on.
Result<SavedState> save_lab(os::CommandRunner& runner, const std::filesystem::path& lab,
                            const std::string& name);

/// Errors: there is none of this name; it is damaged; another QEMU saved it.
Result<SavedState> read_saved_state(os::CommandRunner& runner, const std::string& name);

/// All that can be read, by name.
Result<std::vector<SavedState>> list_saved_states();

/// The plan of a lab that starts from a state at `now_ms`, with the machines that were saved.
LabPlan plan_of(const SavedState& state, const std::string& lab,
                const std::filesystem::path& directory, std::int64_t now_ms);

/// Lets the machines of a lab that was made from a state go on, and waits until their agents answer
/// if they did (unless for nobody is waited). Errors: as bring_up.
Status bring_back(const SavedState& state, const BringUpOptions& options);

/// Errors: there is none of this name; a lab that was started from it is up (busy).
Status forget_saved_state(const std::string& name);

}  // namespace muster::lab
