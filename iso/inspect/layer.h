#pragma once
// A layer, or any other tree of a system: what somebody who decides about it wants to see of it,
// and what is wrong with it.

#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/os/command.h"
#include "iso/inspect/finding.h"
#include "iso/inspect/tree.h"

namespace muster::inspect {

struct LayerReport {
  /// What people call it: the path on the medium, or of the tree.
  std::string name;
  std::size_t files = 0;
  /// Of all files together, before they were compressed.
  std::uint64_t bytes = 0;
  /// Files that run with the rights of their owner or group, sorted: "4755 0:0 usr/bin/sudo".
  std::vector<std::string> privileged;
  /// What systemd starts, and what is masked, sorted: "multi-user.target wants nginx.service",
  /// "masked rpcbind.socket". Of this tree alone: a layer above may say otherwise.
  std::vector<std::string> units;
  /// Kernel modules; none when the tree has none. Modules of a kernel that is in another tree are
  /// counted, and what they need is not looked for.
  std::optional<std::size_t> modules;
  /// What must not be.
  std::vector<Finding> findings;
  /// What is worth a look: a package of the site's choice may want it so.
  std::vector<Finding> remarks;
};

std::vector<std::string> privileged_files(const std::vector<TreeEntry>& entries);
std::vector<std::string> enabled_units(const std::vector<TreeEntry>& entries);

/// Files that everybody may change, that run with other rights and may be changed by more than
/// their owner, or that belong to a number which people get.
std::vector<Finding> find_open_files(const std::vector<TreeEntry>& entries);

/// `archives` as of find_other_archives. Errors: the tree cannot be read; a program is missing.
Result<LayerReport> inspect_layer(os::CommandRunner& runner, const Tree& tree,
                                  const std::string& name,
                                  const std::vector<std::string>& archives);

}  // namespace muster::inspect
