#pragma once
// What administrators decide of nodes: that a machine is one, its name and profile, and that it is
// none any more.

#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "provisioning/allocation.h"
#include "provisioning/ledger.h"
#include "provisioning/node_import.h"
#include "provisioning/refusals.h"
#include "provisioning/registry_settings.h"

namespace muster::provisioning {

/// Threads: every function may be called from several threads, and waits for the disk. Errors of
/// every function: the store (world), and nothing was changed then.
class NodeDecisions {
 public:
  /// All must live longer.
  NodeDecisions(Ledger& ledger, Allocation& allocation, Refusals& refusals,
                const RegistrySettings& settings)
      : ledger_(ledger), allocation_(allocation), refusals_(refusals), settings_(settings) {}

  /// Names every machine of `ids` (a node's id or MAC address), in one transaction. Returns the
  /// names. Errors: no such machine (absent), no free address (conflict); none was named.
  Result<std::vector<std::string>> adopt(std::span<const std::string> ids, Now now);
  /// Names one machine that waits as somebody wishes. Errors: no such machine (absent); it has a
  /// name, the name is another's, no free address (conflict).
  Status adopt_as(const std::string& id, const std::string& name, Now now);

  /// The nodes boot as this profile from their next start on. Errors (absent): no such node, and
  /// then nothing was changed.
  Status set_profile(std::span<const std::string> names, const std::string& profile, Now now);

  /// Forgets nodes by name, id or MAC address; their certificates are worth nothing at once.
  /// Errors (absent): no such node; none was removed.
  Status remove(std::span<const std::string> names, Now now);

  /// Nodes given by hand, each with name, address and one MAC. A machine that was seen before
  /// becomes the node that the list says; one that is up keeps its name. Errors (conflict): a name,
  /// address or MAC that is given twice or is another's; nothing was imported.
  Result<Imported> import(const std::vector<Node>& list, Now now);

 private:
  /// Errors (absent): nobody is called so; `hint` is the next step.
  Result<Member> member_of(const std::string& name, const std::string& hint) const;

  Ledger& ledger_;
  Allocation& allocation_;
  Refusals& refusals_;
  const RegistrySettings& settings_;
};

}  // namespace muster::provisioning
