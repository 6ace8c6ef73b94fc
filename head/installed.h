#pragma once
// The specification that a head runs by.

#include <filesystem>

#include "core/base/result.h"
#include "core/spec/parse.h"

namespace muster::head {

inline constexpr const char* kInstalledSpec = "/etc/muster/cluster.yaml";

/// The specification with remarks on it. Errors: as read_installed_spec.
Result<spec::ParseOutcome> read_installed_file(const std::filesystem::path& file = kInstalledSpec);

/// What a text that was read from this file says. Errors: its first problem.
Result<spec::ClusterSpec> parse_installed_spec(std::string_view text);

/// Errors: the file cannot be read; its first problem.
Result<spec::ClusterSpec> read_installed_spec(const std::filesystem::path& file = kInstalledSpec);

}  // namespace muster::head
