#pragma once
// What an apt that works on a layer is told: the archives and how to reach them, as this machine's
// apt does. Nothing of it stays in a layer, since anybody may fetch one.

#include <filesystem>

#include "core/base/result.h"
#include "iso/apt_index.h"

namespace muster::iso {

/// For an apt that runs outside of the tree that it fills, in front of what else it is told.
AptSettings outer_settings(const AptIndex& index);

/// For an apt that runs with `root` as its root directory, where it sees no file of ours: archives,
/// users with passwords, certificates and keys of connections are written below `folder` in it, for
/// root's eyes where they are secret.
Result<AptSettings> write_layer_apt(const AptIndex& index, const std::filesystem::path& root,
                                    const std::filesystem::path& folder);

/// The archives as such an apt needs them: their lists were verified when they were fetched, so
/// what is left to say is which of them nobody signed.
std::vector<AptSource> verified_sources(const AptIndex& index);

}  // namespace muster::iso
