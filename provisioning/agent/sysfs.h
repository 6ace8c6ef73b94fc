#pragma once
// Files of /sys and /proc, of which a machine has some and others not.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace muster::agent {

/// A file of one value, without blanks around it; empty when it is missing or longer than 1 MiB.
std::string read_value(const std::filesystem::path& path);

/// The names in a directory, in order; none when it is missing.
std::vector<std::string> names_in(const std::filesystem::path& directory);

/// What follows `key` on the kernel's command line (proc_cmdline(5)); empty when it is not there.
std::string kernel_argument(const std::filesystem::path& root, std::string_view key);

}  // namespace muster::agent
