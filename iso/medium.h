#pragma once
// The medium: small files gathered in a stage folder, layers taken where they lie, one xorriso run.

#include <filesystem>
#include <string>
#include <vector>

#include "iso/boot_menu.h"
#include "iso/build_context.h"
#include "iso/sbom.h"

namespace muster::iso {

/// A file taken into the medium from elsewhere.
struct Graft {
  std::string file;
  std::filesystem::path source;
  bool operator==(const Graft&) const = default;
};

/// Names the medium by everything on it. Pure.
std::string medium_id(const std::vector<LayerPlan>& layers, const PlanInputs& inputs,
                      const spec::ClusterSpec& spec);

/// Arguments of xorriso(1) as mkisofs: El Torito for BIOS and UEFI and a hybrid disk, as live-build
/// asks for them, with every date fixed. `id` (medium_id) tells the volume from others of
/// the same day. Pure.
std::vector<std::string> xorriso_arguments(const std::filesystem::path& stage,
                                           const std::vector<Graft>& grafts,
                                           const std::filesystem::path& out, std::int64_t epoch,
                                           const std::string& id);

/// What the medium came to.
struct Medium {
  std::string id;
  BillOfMaterials bill;
  /// Every file of the medium but the list of their hashes.
  std::vector<MediumFile> files;
};

/// Makes the medium at `out` (not atomic: the caller renames). `work` is an empty folder.
Result<Medium> build_medium(const BuildContext& context, const std::filesystem::path& work,
                            const std::filesystem::path& out);

/// Fails when head and an image disagree on a number or a version that both have.
Status check_agreement(const BuildContext& context);

/// The packages that each layer added, with their licences, in the order of the layers. Of the
/// layer of the boot loaders: those that have a boot loader.
Result<std::vector<LayerContents>> read_contents(const BuildContext& context);

}  // namespace muster::iso
