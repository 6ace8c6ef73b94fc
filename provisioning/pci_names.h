#pragma once
// What cards are called: the names of the PCI ID database (pci.ids, pci.ids(5)) and the short types
// by which jobs ask for cards. The head has the database; reports carry numbers only. Pure.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "provisioning/accelerator.h"

namespace muster::provisioning {

/// Copies share what was read. Threads: may be used from several threads.
class PciNames {
 public:
  /// Knows no name.
  PciNames() = default;

  /// Reads the text of pci.ids; lines that it does not understand name nothing.
  static PciNames parse(std::string_view text);

  /// "NVIDIA GA100 [A100 PCIe 40GB]"; with a card that has no name: "NVIDIA device 20f1".
  std::string name_of(const Accelerator& card) const;

  /// What a job asks for: "a100", "mi210", "max1550", "rtx4090". Lower-case letters and digits,
  /// perhaps a hyphen; starts with a letter; at most 32 bytes. A card that the database does not
  /// know is called by its numbers, "nvidia-2b85". Cards of one model have one type, whatever their
  /// memory and their socket are.
  std::string type_of(const Accelerator& card) const;

 private:
  using Devices = std::unordered_map<std::uint32_t, std::string>;
  const std::string* find(const Accelerator& card) const;

  std::shared_ptr<const Devices> devices_ = std::make_shared<const Devices>();
};

/// The type that a name of the database gives; empty when the name has nothing that tells a model.
/// `vendor` goes before a model that starts with a digit.
std::string type_of_name(std::string_view vendor, std::string_view name);

}  // namespace muster::provisioning
