#pragma once
// The accelerators of a machine: which cards there are, and what the running system has for them.

#include <filesystem>
#include <optional>
#include <vector>

#include "provisioning/accelerator.h"

namespace muster::agent {

/// How much is asked.
enum class Ask {
  /// The cards alone: in the initrd no driver has been loaded yet.
  cards,
  /// Their drivers and device files as well.
  cards_and_drivers,
};

/// The cards below `root`/sys/bus/pci/devices in the order of their addresses, without the virtual
/// functions of others. Device files are those that exist below `root`/dev (kernel
/// Documentation/ABI/testing/sysfs-bus-pci; NVIDIA's README, "Proc interface").
std::vector<provisioning::Accelerator> read_accelerators(const std::filesystem::path& root,
                                                         Ask ask);

/// What the head is told of accelerators. Drivers make their device files one after the other, for
/// some seconds after the start, and every change of what Slurm is told ends jobs that use a card
/// of the node: an incomplete list is told only when it stays.
class AcceleratorNews {
 public:
  /// What one look found.
  void look(std::vector<provisioning::Accelerator> cards);

  /// The list to tell; none before the first that is complete or stayed. A machine without cards
  /// has an empty list at its first look.
  const std::optional<std::vector<provisioning::Accelerator>>& settled() const { return settled_; }

 private:
  std::vector<provisioning::Accelerator> last_;
  int seen_ = 0;
  std::optional<std::vector<provisioning::Accelerator>> settled_;
};

}  // namespace muster::agent
