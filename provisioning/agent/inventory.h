#pragma once
// Reads what a machine is made of from /sys and /proc (kernel Documentation/ABI), for discovery.

#include <filesystem>

#include "core/base/result.h"
#include "provisioning/hardware.h"

namespace muster::agent {

/// The hardware of the machine whose /sys and /proc lie below `root`. The card that the firmware
/// booted from (BOOTIF on the kernel's command line) comes first among the addresses.
/// Cards on USB are left out unless it booted from one: service processors show the host one with
/// the same address on every board. What no report takes is left out already, as parse_hardware
/// does it. Errors: no Ethernet card.
Result<provisioning::Hardware> read_hardware(const std::filesystem::path& root = "/");

/// The profile that the head's boot script named on the kernel's command line; empty when none.
std::string read_started_profile(const std::filesystem::path& root = "/");

/// The reference of the image whose kernel runs, from there as well.
std::string read_started_image(const std::filesystem::path& root = "/");

}  // namespace muster::agent
