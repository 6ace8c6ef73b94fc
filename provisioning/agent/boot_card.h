#pragma once
// The card that this machine booted from. It alone asks for an address: the head knows a node by
// all its cards and gives each of them the node's one address, and two cards on one network that
// have the same address answer for each other.

#include <filesystem>
#include <optional>
#include <string>

#include "core/base/units.h"

namespace muster::agent {

/// The card that the boot loader named (BOOTIF= on the kernel's command line); otherwise the one
/// for which the initrd's ipconfig kept an answer (/run/net-NAME.conf), or the only one. None: the
/// machine has several and nothing tells which. `root` is for tests.
std::optional<MacAddress> read_boot_card(const std::filesystem::path& root = "/");

/// Settings with which this card asks for an address; none: every Ethernet card of the machine
/// asks, because a node without any address would be lost. For a file of systemd.network(5).
std::string render_boot_network(std::optional<MacAddress> card);

}  // namespace muster::agent
