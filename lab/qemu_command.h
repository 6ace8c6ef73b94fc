#pragma once
// The command line of QEMU for one machine of a lab. Pure: the same plan gives the same words.
// QEMU runs in the machine's own directory, so its files have short names; see MachineFiles.

#include <string_view>

#include "core/os/command.h"
#include "lab/lab_plan.h"

namespace muster::lab {

/// Names of a machine's files in its directory.
struct MachineFiles {
  static constexpr std::string_view kConsole = "console.log";
  static constexpr std::string_view kConsoleSocket = "console.sock";
  static constexpr std::string_view kAgentSocket = "agent.sock";
  static constexpr std::string_view kDisk = "disk.img";
  static constexpr std::string_view kUsbStick = "usb.qcow2";
  static constexpr std::string_view kFirmwareVariables = "firmware-vars.fd";
  static constexpr std::string_view kEmulatorLog = "qemu.log";
  /// Memory and devices of a machine that is saved, as QEMU's migration writes them.
  static constexpr std::string_view kMemory = "memory";
};

/// The descriptor over which the emulator's monitor speaks QMP; whoever starts it passes it.
inline constexpr int kMonitorDescriptor = 3;

/// The name of the virtio-serial port on which the guest's agent listens.
inline constexpr std::string_view kAgentPort = "org.qemu.guest_agent.0";

/// Where Debian's ovmf package keeps its files.
inline constexpr std::string_view kFirmwareDirectory = "/usr/share/OVMF";

/// The file that a machine's own firmware variables start as; empty for BIOS.
std::filesystem::path firmware_variables_template(Firmware firmware);

/// The command, with cwd set to the machine's directory below `lab`.
os::Command qemu_command(const MachinePlan& machine, const LabPlan& lab);

/// Further words for a machine that is switched on at `now_ms` in a lab that lives `lag_ms` in
/// the past (LabPlan). Units: milliseconds since 1970-01-01 UTC.
std::vector<std::string> clock_words(std::int64_t lag_ms, std::int64_t now_ms);

}  // namespace muster::lab
