#pragma once
// Cards that compute beside the processors: what a machine says of one, which of them jobs can be
// given, and what keeps a card from jobs. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace muster::provisioning {

/// What the running system has for a card.
struct AcceleratorDriver {
  /// The kernel driver that is bound to the card; empty: none is.
  std::string name;
  /// Device files that exist: those of the card, and with AMD's driver the one that its cards
  /// share.
  std::vector<std::string> files;
  bool operator==(const AcceleratorDriver&) const = default;
};

/// A PCI function of class display (03h) or processing accelerator (12h) (PCI Code and ID
/// Assignment Specification).
struct Accelerator {
  /// Domain, bus, device and function as the kernel writes them: "0000:3b:00.0".
  std::string address;
  std::uint16_t vendor = 0;
  std::uint16_t device = 0;
  /// Base class and subclass: 0x0302 is a 3D controller.
  std::uint16_t pci_class = 0;
  /// The NUMA node it is attached to; none when the firmware does not say.
  std::optional<std::uint32_t> numa_node = {};
  /// None until the system that runs on the machine has said it: drivers load after discovery.
  std::optional<AcceleratorDriver> driver = {};
  bool operator==(const Accelerator&) const = default;
};

/// Whether a PCI function is one that somebody could compute on: it is a processing accelerator, or
/// graphics of a vendor that makes compute cards. The console graphics of servers and of virtual
/// machines are not.
bool is_accelerator(const Accelerator& card);

/// Whether it is a part of the processor. Such graphics are shown and never given to jobs: every
/// desktop processor has them, and almost nobody computes on them.
bool is_integrated(const Accelerator& card);

/// The device file by which the scheduler gives the card to a job; none while the running system
/// lacks a device file that programs need, and for integrated graphics.
std::optional<std::string> device_for_jobs(const Accelerator& card);

/// What keeps a card from jobs.
enum class CardTrouble {
  /// Nothing, or the running system has said nothing yet.
  none,
  /// No driver is bound.
  no_driver,
  /// A driver is bound that lets nobody compute, such as nouveau.
  other_driver,
  /// The right driver is bound, and a device file is missing.
  no_device_file,
};
CardTrouble trouble_of(const Accelerator& card);

/// The vendor by the name that people use, such as "NVIDIA"; "PCI vendor 10ee" when it is not one
/// of those that this program knows.
std::string vendor_name(std::uint16_t vendor);

/// Members as to_json writes them. None when an address, an id or a class is missing or no such
/// thing. A device file that is none of an accelerator, or one beyond the eighth, is left out.
std::optional<Accelerator> parse_accelerator(const nlohmann::json& value);
nlohmann::json to_json(const Accelerator& card);

}  // namespace muster::provisioning
