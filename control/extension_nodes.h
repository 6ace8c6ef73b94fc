#pragma once
// The nodes as extensions are told of them. Nothing secret.

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include <nlohmann/json.hpp>

#include "provisioning/registry.h"

namespace muster::control {

/// Threads: every function may be called from several threads.
class ExtensionNodes {
 public:
  explicit ExtensionNodes(const provisioning::Registry& registry) : registry_(registry) {}

  /// What steps may depend on: every node with its name, address and profile, in the order of
  /// their names.
  struct Told {
    nlohmann::json nodes;
    /// The SHA-256 of them.
    std::string digest;
  };
  /// Made anew when a node has changed that DHCP, names, Slurm or a plan can see.
  std::shared_ptr<const Told> told();

  /// The same with the state of each, as it is now.
  nlohmann::json now() const;
  /// Those that are ready now.
  nlohmann::json ready() const;
  /// By its id; null: there is none with a name.
  nlohmann::json describe(const std::string& id) const;

 private:
  const provisioning::Registry& registry_;
  std::mutex mutex_;
  std::uint64_t generation_ = 0;
  std::shared_ptr<const Told> told_;
};

}  // namespace muster::control
