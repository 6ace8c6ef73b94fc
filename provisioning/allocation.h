#pragma once
// Which name and which address a machine gets when it becomes a node.

#include <cstddef>
#include <string>

#include "core/base/result.h"
#include "provisioning/ledger.h"
#include "provisioning/registry_settings.h"

namespace muster::provisioning {

/// Threads: every function is called under the ledger's lock.
class Allocation {
 public:
  /// Both must live longer.
  Allocation(Ledger& ledger, const RegistrySettings& settings)
      : ledger_(ledger), settings_(settings) {}

  void set_addressing(Addressing addressing) { addressing_ = addressing; }
  Addressing addressing() const { return addressing_; }

  std::string free_name() const;
  /// Errors (conflict): there are no addresses for so many more nodes.
  Status has_addresses_for(std::size_t count) const;

  /// The machine is the node of this name from now on, with a free address where this head gives
  /// them. Errors (conflict): there is none.
  Status name(Member member, std::string name, Now now);

  /// A node that is heard from `address` has that one where another server gives them, and else one
  /// of this head's if it has none yet. Errors (conflict): there is none.
  Status take_address(const std::string& id, Ipv4Address address, Now now);

 private:
  Result<Ipv4Address> free_address() const;

  Ledger& ledger_;
  const RegistrySettings& settings_;
  Addressing addressing_ = Addressing::given;
};

}  // namespace muster::provisioning
