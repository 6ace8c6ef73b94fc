#pragma once
// What a machine says about itself when it is discovered. Everything in it is hostile until it has
// passed parse_hardware: sizes are bounded, text is printable, numbers are in range. What does not
// pass is left out and counted, so that a machine with one odd part is still seen.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/base/result.h"
#include "core/base/units.h"
#include "provisioning/accelerator.h"

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

/// Processors as the scheduler counts them: every socket has the same number of cores, every core
/// the same number of threads (slurm.conf(5), Sockets, CoresPerSocket, ThreadsPerCore).
struct CpuTopology {
  std::uint32_t sockets = 1;
  std::uint32_t cores_per_socket = 1;
  std::uint32_t threads_per_core = 1;
  bool operator==(const CpuTopology&) const = default;

  std::uint32_t cpus() const { return sockets * cores_per_socket * threads_per_core; }
};

/// How much of a report is not in the hardware, because it was too much or could not be read.
struct LeftOut {
  std::uint32_t network_cards = 0;
  std::uint32_t disks = 0;
  std::uint32_t accelerators = 0;
  /// Single members that were none of what they should be.
  std::uint32_t values = 0;
  /// Texts of which only the beginning is there.
  std::uint32_t texts = 0;
  bool operator==(const LeftOut&) const = default;

  bool empty() const { return *this == LeftOut(); }
};

/// "1 disk, 2 network cards left out, 3 texts cut"; empty when nothing is.
std::string describe(const LeftOut& left_out);

struct Hardware {
  /// SMBIOS system UUID in lower case; empty when the board has none that is its own.
  std::string uuid;
  std::string serial;
  std::string vendor;
  std::string product;
  /// "bios" or "uefi"; empty: unknown.
  std::string firmware;
  bool secure_boot = false;
  /// Every Ethernet address of the machine; the one it boots with comes first.
  std::vector<MacAddress> macs;
  /// None: unknown, as for a node that was imported and never seen.
  std::optional<CpuTopology> topology;
  /// None: the kernel names no vendor, or an agent of an older version reported.
  std::optional<Processor> processor;
  /// All memory that the kernel has (MemTotal, proc_meminfo(5)). None: unknown.
  std::optional<Bytes> memory;
  std::vector<Disk> disks;
  /// In the order of their addresses.
  std::vector<Accelerator> accelerators;
  std::optional<LldpNeighbour> lldp;
  LeftOut left_out;
  bool operator==(const Hardware&) const = default;
};

/// Reads a report as far as it can be read: lists are cut at 64 network cards (the first stay), 512
/// disks and 64 accelerators, texts at 128 bytes; an element or a number that is none is left out;
/// what is missing then is in `left_out`. Unknown members are ignored, so that a newer agent can
/// speak to an older head. Errors: not an object; no Ethernet address, without which no machine can
/// be told from another.
Result<Hardware> parse_hardware(const nlohmann::json& value);

/// The accelerators of a list, as parse_hardware reads them: at most 64, one for each address.
/// `left_out` counts the others.
std::vector<Accelerator> parse_accelerators(const nlohmann::json& list, std::uint32_t& left_out);

nlohmann::json to_json(const Hardware& hardware);

/// Errors: not an object with texts `system` and `port`.
Result<LldpNeighbour> parse_neighbour(const nlohmann::json& value);
nlohmann::json to_json(const LldpNeighbour& neighbour);

/// The UUID in lower case; empty when it is none or one that vendors put on every board.
std::string own_uuid(std::string_view text);

}  // namespace muster::provisioning
