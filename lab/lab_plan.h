#pragma once
// A virtual cluster as data: a head and blank nodes on one private wire. Planning is pure; the same
// request always gives the same machines, so that a machine keeps its identity from lab to lab.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/units.h"

namespace muster::lab {

enum class Role { head, node };
enum class Firmware { bios, uefi, secureboot };
enum class Accelerator { kvm, tcg };
/// How the ISO is put into the head.
enum class Medium { cdrom, usb };
/// The network card that QEMU pretends, by QEMU's name for it without what is the same for all:
/// each needs another driver of the image.
enum class Card { virtio, e1000e, igb, rtl8139, vmxnet3 };
/// How a node's UEFI firmware boots from the network: by TFTP, or by HTTP (UEFI 2.10 §24.7).
enum class NodeBoot { pxe, http };
/// Whether the head has a second card, which leads to a network as a campus has it.
enum class Site { none, present };

/// One machine; everything that its emulator needs to know.
struct MachinePlan {
  std::string name;
  Role role = Role::node;
  MacAddress mac;
  /// SMBIOS system UUID and serial number (DSP0134 §7.2), by which firmware and agents know it.
  std::string uuid;
  std::string serial;
  int cpus = 1;
  Bytes memory = {};
  Firmware firmware = Firmware::bios;
  Accelerator accelerator = Accelerator::tcg;
  /// The head's boot medium; nodes have none and boot from the network.
  std::optional<std::filesystem::path> iso = {};
  Medium medium = Medium::cdrom;
  /// Size of an empty disk; none has no disk.
  std::optional<Bytes> disk = {};
  Site site = Site::none;
  Card card = Card::virtio;
  NodeBoot node_boot = NodeBoot::pxe;

  bool operator==(const MachinePlan&) const = default;
};

/// A lab. Its directory holds one directory for each machine, named as the machine.
struct LabPlan {
  std::string name;
  /// What the machines' identities are made of: the name of the lab that was first. A lab that
  /// starts from a saved state has another name and the same machines.
  std::string seed;
  /// How far the machines' clocks are behind this one's, in milliseconds: the time that a saved
  /// state was kept.
  std::int64_t lag_ms = 0;
  std::filesystem::path directory;
  std::vector<MachinePlan> machines;

  const MachinePlan* find_machine(std::string_view machine) const;
  bool operator==(const LabPlan&) const = default;
};

/// What somebody asks for.
struct LabRequest {
  std::string name = "lab";
  /// None: the name.
  std::optional<std::string> seed = {};
  std::filesystem::path directory;
  std::filesystem::path iso;
  int nodes = 2;
  Firmware firmware = Firmware::bios;
  Medium medium = Medium::cdrom;
  Bytes head_memory = Bytes::from_mib(2048);
  Bytes node_memory = Bytes::from_mib(1536);
  std::optional<Bytes> head_disk = {};
  std::optional<Bytes> node_disk = Bytes::from_mib(4096);
  Site site = Site::none;
  Card card = Card::virtio;
  NodeBoot node_boot = NodeBoot::pxe;
  Accelerator accelerator = Accelerator::tcg;
  /// Processors of this machine, of which a lab takes no more than there are for one guest.
  int host_cpus = 1;
};

inline constexpr int kMostNodes = 200;

/// Errors: a name that is no host label; a number of nodes or a memory that no lab can have; HTTP
/// boot of BIOS firmware, which has none.
Result<LabPlan> plan_lab(const LabRequest& request);

/// The node with number `index` (from 1) of a lab, for adding one to a running lab.
MachinePlan plan_node(const LabRequest& request, int index);

/// Memory that a machine, or the lab, takes of this machine: the guests' and what each emulator
/// needs beside.
Bytes host_memory(const MachinePlan& machine);
Bytes host_memory(const LabPlan& plan);

/// The names under which the wire's two kinds of interfaces exist inside the lab's namespace.
inline constexpr std::string_view kWire = "wire";
std::string tap_name(std::string_view machine);

/// The switch of the site's network, the port of the head there, and the address that this machine
/// has on it: the lab's router, name server and desk (RFC 5737).
inline constexpr std::string_view kSite = "site";
inline constexpr std::string_view kSiteTap = "tap-site";
inline constexpr std::string_view kSiteAddress = "192.0.2.1";

/// The site's DHCP server (dnsmasq(8)); it gives the head an address.
std::vector<std::string> site_server_command();

/// Whether the lab has such a network.
bool has_site(const LabPlan& plan);

/// The input of `ip -batch -` that lays the wire: a switch without address, one port a machine.
std::string render_wire(const LabPlan& plan);

/// The input of `ip -batch -` that adds one machine's port.
std::string render_port(std::string_view machine);

}  // namespace muster::lab
