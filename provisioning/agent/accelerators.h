#pragma once
// The accelerators of a machine: which cards there are, and what the running system has for them.

#include <chrono>
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
  using TimePoint = std::chrono::steady_clock::time_point;

  /// What one look found at the time `now`.
  void look(std::vector<provisioning::Accelerator> cards, TimePoint now);

  /// The list to tell; none before the first that is complete or stayed for half a minute. A
  /// machine without cards has an empty list at its first look.
  const std::optional<std::vector<provisioning::Accelerator>>& settled() const { return settled_; }

 private:
  std::vector<provisioning::Accelerator> last_;
  /// When it was found first.
  TimePoint since_;
  std::optional<std::vector<provisioning::Accelerator>> settled_;
};

}  // namespace muster::agent
