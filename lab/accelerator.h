#pragma once
// Which accelerator a lab uses. /dev/kvm that opens proves nothing: under some hypervisors it
// cannot run a kernel. So a small guest of our own is run once a boot, and only its word counts.

#include <filesystem>
#include <span>
#include <string>

#include "core/os/command.h"
#include "lab/lab_plan.h"

namespace muster::lab {

/// What to use, and why when it is not KVM.
struct AcceleratorChoice {
  Accelerator accelerator = Accelerator::tcg;
  std::string reason;
};

/// A boot sector that enters 64-bit mode, takes an interrupt, multiplies in SSE registers, and
/// writes the product to the debug port: the steps at which an incomplete KVM was seen to stop.
std::span<const unsigned char> probe_sector();

/// The status with which QEMU ends when the sector said its word (isa-debug-exit: 2 × 49 + 1).
inline constexpr int kProbeStatus = 99;

/// The command that runs the sector in `image`.
os::Command probe_command(Accelerator accelerator, const std::filesystem::path& image);

/// Probes KVM, or takes what was found since this machine's boot and is kept in `cache`. A probe
/// that did not come to its end is not kept.
Result<AcceleratorChoice> choose_accelerator(os::CommandRunner& runner,
                                             const std::filesystem::path& cache,
                                             const std::filesystem::path& device = "/dev/kvm");

}  // namespace muster::lab
