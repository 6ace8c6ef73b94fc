#pragma once
// The node's initial RAM disk: two archives in one file, which the kernel unpacks one after the
// other (initramfs buffer format, Documentation/driver-api/early-userspace). Drivers and scripts
// take most of the time to make and change with the image only, so that part is kept beside the
// image's layer; the agent, which changes with every line of ours, is put before it.

#include "iso/build_context.h"
#include "iso/mounts.h"

namespace muster::iso {

/// Writes `folder`/node-initrd.img from the parts that our node package brought into `root`;
/// nothing where there are none. `layer` is the image's last one. Errors: the image has no kernel
/// or several; a program failed; the disk.
Status make_node_initrd(const BuildContext& context, const LayerPlan& layer, MountedRoot& root,
                        const std::filesystem::path& folder);

}  // namespace muster::iso
