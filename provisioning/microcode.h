#pragma once
// The microcode that the medium has for nodes, as the ISO's builder listed it in
// muster/microcode/manifest.json: early initial RAM disks, which a kernel reads before its own
// (Documentation/arch/x86/microcode.rst).

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "provisioning/hardware.h"
#include "provisioning/image.h"

namespace muster::provisioning {

/// Family, model and stepping as CPUID leaf 1 has them, extended parts added.
struct ProcessorKind {
  std::uint32_t family = 0;
  std::uint32_t model = 0;
  std::uint32_t stepping = 0;
  bool operator==(const ProcessorKind&) const = default;
};

struct MicrocodeFile {
  Artefact file;
  /// As CPUID leaf 0 spells it: "GenuineIntel".
  std::string vendor;
  /// Empty: every processor of the vendor.
  std::vector<ProcessorKind> processors;
  bool operator==(const MicrocodeFile&) const = default;
};

/// Errors: not a manifest; a path that leaves the medium; a hash that is none.
Result<std::vector<MicrocodeFile>> parse_microcode(std::string_view json);

/// The files of a medium for a machine whose processor nobody has seen: its boot loader chooses.
/// Hashes of the files, or what a machine fetches them by.
struct VendorMicrocode {
  std::string amd;
  std::string intel;
  bool operator==(const VendorMicrocode&) const = default;
};

/// What one machine loads: nothing, one file of the medium, or what its boot loader chooses.
using MicrocodeChoice = std::variant<std::monostate, std::string, VendorMicrocode>;

/// The file for `processor`; nothing when the medium has none for its kind. A processor that is not
/// known: the boot loader's choice, where the medium has all of both vendors.
MicrocodeChoice choose_microcode(std::span<const MicrocodeFile> files,
                                 const std::optional<Processor>& processor);

}  // namespace muster::provisioning
