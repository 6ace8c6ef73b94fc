#pragma once
// What the two files of `muster lab` share.

#include <filesystem>
#include <string>

#include "apps/muster/commands.h"

namespace muster::cli {

/// Which lab is meant: by name in the default place, or by directory.
struct LabPlace {
  std::string name = "lab";
  std::string directory;

  std::filesystem::path path() const;
  /// Adds --name and --dir to a verb.
  void add_to(CLI::App& verb);
};

/// Prints a lab and its machines, in the form that was asked for; the exit status.
int print_lab(const LabPlace& place);

/// exec, console, power, cable, run, monitor: verbs for one machine or the wire.
void add_lab_machine(CLI::App& lab, Session& session);

/// save, states, forget: saved states.
void add_lab_state(CLI::App& lab, Session& session);

}  // namespace muster::cli
