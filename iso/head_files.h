#pragma once
// What the specification itself puts on the head: its own text, name and keys; and a setting of NFS
// that only a head from the ISO has.

#include <filesystem>
#include <string>

#include "core/base/result.h"
#include "core/spec/cluster_spec.h"

namespace muster::iso {

/// /etc/hosts of the head before it knows its cluster. Pure.
std::string render_hosts(const spec::ClusterSpec& spec);

/// Writes them below `root`.
Status write_head_files(const spec::ClusterSpec& spec, const std::string& spec_text,
                        const std::filesystem::path& root);

}  // namespace muster::iso
