#pragma once
// Which words of a command line are paths of this machine: the build root shows no others
// (buildroot/enter). The program's own options are the only source.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

namespace muster::cli {

/// The word that buildroot/enter passes first when it asks; no noun, and in no help text.
inline constexpr std::string_view kPathsWord = "paths";

struct PathWord {
  enum class Kind { file, directory } kind = Kind::file;
  std::string path;

  bool operator==(const PathWord&) const = default;
};

/// Those that are named, and the defaults of those that are not. The words stand behind "muster".
std::vector<PathWord> find_paths(const CLI::App& program, std::span<const std::string> words);

/// Prints "file" or "directory" and the path of each, each of these ended by a zero byte.
int print_paths(const CLI::App& program, std::span<const std::string> words);

}  // namespace muster::cli
