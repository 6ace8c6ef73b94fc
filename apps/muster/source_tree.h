#pragma once
// The source tree that this program was compiled in, when it still lies there: what a package
// installs is then in the tree.

#include <filesystem>
#include <optional>

namespace muster::cli {

/// None for a program that was installed.
std::optional<std::filesystem::path> find_source_tree();

}  // namespace muster::cli
