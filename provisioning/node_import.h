#pragma once
// A list of nodes that somebody wrote.

#include <cstddef>
#include <span>
#include <string>

#include "core/base/result.h"
#include "provisioning/ledger.h"

namespace muster::provisioning {

/// What became of a list.
struct Imported {
  /// Nodes that are new or other than before.
  std::size_t changed = 0;
  /// Nodes that were so already.
  std::size_t unchanged = 0;
};

/// Takes the nodes into the ledger, whose lock is held; nobody waits for the disk. Nodes that are
/// new boot as `profile`. Errors: as NodeDecisions::import.
Result<Imported> import_nodes(Ledger& ledger, const std::string& profile,
                              std::span<const Node> list, Now now);

}  // namespace muster::provisioning
