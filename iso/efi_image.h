#pragma once
// The FAT image that UEFI firmware boots a disc or a stick by (UEFI 2.10 §13.3.2).

#include <filesystem>

#include "core/base/result.h"
#include "iso/build_context.h"

namespace muster::iso {

/// What is put into the image beside the loaders that live-build put there.
struct EfiFiles {
  /// Where GRUB finds this medium.
  std::filesystem::path grub_config;
  /// MokManager, which shim looks for beside itself: whoever has own kernels or modules signed
  /// enrols a key with it.
  std::filesystem::path key_manager;
};

/// Makes `image` anew with what is in it and these files, large enough, and with a volume id of
/// this medium (12 hexadecimal digits). The same bytes for the same input. `work` is a directory
/// for what lies between.
Status extend_efi_image(const BuildContext& context, const std::filesystem::path& image,
                        const EfiFiles& files, const std::string& medium_id,
                        const std::filesystem::path& work);

/// Units: KiB. What an image needs for files of these many bytes: FAT's own tables and half-used
/// clusters beside them.
std::uint64_t efi_image_size(std::uint64_t bytes);

}  // namespace muster::iso
