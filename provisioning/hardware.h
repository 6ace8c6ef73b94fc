#pragma once
// What a machine says about itself when it is discovered. Everything in it is hostile until it has
// passed parse_hardware: sizes are bounded, text is printable, numbers are in range.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/base/result.h"
#include "core/base/units.h"

namespace muster::provisioning {

struct Disk {
  std::string name;
  Bytes size;
  std::string model;
  bool operator==(const Disk&) const = default;
};

/// The machine's processor as its running kernel names it (the first block of /proc/cpuinfo; a
/// machine has one kind). It chooses the microcode that the machine needs.
struct Processor {
  /// "GenuineIntel", "AuthenticAMD", …; at most 32 printable bytes, never empty.
  std::string vendor;
  /// As CPUID gives them, extended parts added (Intel SDM, CPUID leaf 1); at most 4095.
  std::uint32_t family = 0;
  std::uint32_t model = 0;
  std::uint32_t stepping = 0;
  /// "AMD EPYC 9654 96-Core Processor"; at most 128 printable bytes; empty: the kernel has none.
  std::string name;
  /// The revision of the microcode that runs, "0x2b000590"; empty: unknown, as in many virtual
  /// machines.
  std::string microcode;
  bool operator==(const Processor&) const = default;
};

/// The switch port a machine hangs on, as LLDP told it (IEEE 802.1AB).
struct LldpNeighbour {
  std::string system;
  std::string port;
  bool operator==(const LldpNeighbour&) const = default;
};

struct Hardware {
  /// SMBIOS system UUID in lower case; empty when the board has none that is its own.
  std::string uuid;
  std::string serial;
  std::string vendor;
  std::string product;
  /// "bios" or "uefi".
  std::string firmware;
  bool secure_boot = false;
  /// Every Ethernet address of the machine; the one it boots with comes first.
  std::vector<MacAddress> macs;
  std::uint32_t sockets = 1;
  std::uint32_t cores_per_socket = 1;
  std::uint32_t threads_per_core = 1;
  /// None: the kernel names no vendor, or an agent of an older version reported.
  std::optional<Processor> processor;
  Bytes memory;
  std::vector<Disk> disks;
  std::optional<LldpNeighbour> lldp;
  bool operator==(const Hardware&) const = default;

  std::uint32_t cpus() const { return sockets * cores_per_socket * threads_per_core; }
};

/// Errors: not an object, a member of the wrong type, no or too many Ethernet addresses, numbers
/// out of range. Unknown members are passed over, so that a newer agent can speak to an older head.
Result<Hardware> parse_hardware(const nlohmann::json& value);

nlohmann::json to_json(const Hardware& hardware);

/// Errors: not an object with texts `system` and `port`.
Result<LldpNeighbour> parse_neighbour(const nlohmann::json& value);
nlohmann::json to_json(const LldpNeighbour& neighbour);

/// The UUID in lower case; empty when it is none or one that vendors put on every board.
std::string own_uuid(std::string_view text);

}  // namespace muster::provisioning
