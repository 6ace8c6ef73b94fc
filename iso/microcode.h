#pragma once
// Processors' microcode as early initial RAM disks: one for each group of Intel processors and for
// each group of AMD families, so that a node loads what it needs and no more, and one with all of a
// vendor's (the kernel's Documentation/arch/x86/microcode.rst). Pure.

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "iso/sbom.h"

namespace muster::iso {

/// A kind of processor as CPUID leaf 1 names it, extended parts added.
struct ProcessorKind {
  std::uint32_t family = 0;
  std::uint32_t model = 0;
  std::uint32_t stepping = 0;
  auto operator<=>(const ProcessorKind&) const = default;
};

/// The kind in EAX of CPUID leaf 1 (Intel SDM vol. 2, CPUID; AMD uses the same bits).
ProcessorKind parse_signature(std::uint32_t eax);

/// One Intel update, and the processors that it is for.
struct IntelUpdate {
  std::string_view bytes;
  std::vector<ProcessorKind> processors;
};

/// The updates in a file of Intel's (Intel SDM vol. 3, "Microcode Update Facilities"), which `file`
/// keeps. Errors: it ends within an update; a checksum is wrong.
Result<std::vector<IntelUpdate>> parse_intel_microcode(std::string_view file);

/// The processors in the table at the start of an AMD container
/// (arch/x86/kernel/cpu/microcode/amd.c of the kernel, install_equiv_cpu_table). Errors: no
/// container; it ends within the table.
Result<std::vector<ProcessorKind>> parse_amd_microcode(std::string_view file);

/// An early initial RAM disk.
struct MicrocodeImage {
  /// Its file's name: "intel-06-8f-04.img" after the first processor, "amd-17.img" after the first
  /// family, "intel.img" and "amd.img" for all of a vendor.
  std::string name;
  /// As CPUID leaf 0 spells it.
  std::string vendor;
  /// Empty: every one of the vendor.
  std::vector<ProcessorKind> processors;
  /// A cpio archive, not compressed.
  std::string archive;
};

/// The images for the files of intel-ucode and of amd-ucode, by name; the vendors' own are there
/// even when there are no files. Errors: as the parsers; two AMD files for one family.
Result<std::vector<MicrocodeImage>> plan_microcode(const std::map<std::string, std::string>& intel,
                                                   const std::map<std::string, std::string>& amd);

/// Where they lie on the medium.
inline constexpr std::string_view kMicrocodeFolder = "muster/microcode";

/// What the manifest says of an image.
struct MicrocodeFile {
  MediumFile file;
  std::string vendor;
  std::vector<ProcessorKind> processors;
};

/// manifest.json of the medium's microcode; paths are those on the medium.
std::string render_microcode_manifest(const std::vector<MicrocodeFile>& files);

}  // namespace muster::iso
