#pragma once
// The specification that a head runs by.

#include <filesystem>

#include "core/base/result.h"
#include "core/spec/cluster_spec.h"

namespace muster::head {

inline constexpr const char* kInstalledSpec = "/etc/muster/cluster.yaml";

/// Errors: the file cannot be read; its first problem.
Result<spec::ClusterSpec> read_installed_spec(const std::filesystem::path& file = kInstalledSpec);

}  // namespace muster::head
