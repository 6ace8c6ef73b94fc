#pragma once
// Boot scripts for iPXE and GRUB, made by typed builders. Nothing that a machine says reaches a
// script but Ethernet addresses, which are parsed; kernel arguments are words of the specification
// (core/spec/kernel_argument.h), since both loaders would run what a quote, a line end or a `${…}`
// lets in (CVE-2026-46447 in Ironic).

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/units.h"
#include "core/spec/kernel_argument.h"
#include "provisioning/microcode.h"

namespace muster::provisioning {

using spec::KernelArgument;

/// What a machine is given to boot. Paths are the head's URL paths: "/blob/HASH".
struct BootTarget {
  Ipv4Address head;
  std::string kernel;
  std::string initrd;
  std::vector<KernelArgument> arguments;
  /// Loaded before `initrd`; paths as above.
  MicrocodeChoice microcode = {};
};

/// The first script, the same for every machine: asks for the one of this machine.
std::string render_ipxe_entry(Ipv4Address head);

/// An iPXE script that boots `target` (ipxe.org/cmd). The firmware's network card is named to the
/// kernel in BOOTIF. Microcode that cannot be fetched keeps no machine from booting.
std::string render_ipxe(const BootTarget& target);

/// Scripts for machines for which the head has nothing to boot: they say so, and ask again.
std::string render_ipxe_wait(Ipv4Address head);
std::string render_grub_wait();

/// A GRUB configuration that boots `target` for the machine with this address.
std::string render_grub(const BootTarget& target, MacAddress mac);

}  // namespace muster::provisioning
