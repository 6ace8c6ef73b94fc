#pragma once
// Takes out of the base layer's tree what no machine of a cluster uses: kernel modules and firmware
// files. Whole packages are unpacked first, so that it is known what the rest needs.

#include <filesystem>

#include "core/base/result.h"
#include "iso/build_context.h"

namespace muster::iso {

/// Removes modules and firmware of `tree` by the layer's lists, writes the modules' indexes anew
/// (depmod(8)), and inspects what is left: a module that cannot load is an error, firmware that a
/// network driver lacks is a warning.
/// Errors: the tree has no kernel or several; a program failed.
Status trim_base(const BuildContext& context, const std::filesystem::path& tree);

/// Fails when a module of an initial RAM disk needs one that the disk lacks. `root`: the tree that
/// it was made from; `listing`: its paths, one a line.
Status check_initrd(const BuildContext& context, const std::filesystem::path& root,
                    std::string_view listing);

/// The version of the only kernel in `root`. Errors: none or several.
Result<std::string> only_kernel(const std::filesystem::path& root);

}  // namespace muster::iso
