#pragma once
// What is in a tree of files: a directory, or a squashfs that is a file or lies inside an ISO.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/os/command.h"

namespace muster::inspect {

struct Tree {
  enum class Kind { directory, squashfs } kind = Kind::squashfs;
  std::filesystem::path path;
  /// Where the squashfs begins in the file.
  std::uint64_t offset = 0;
};

/// One file, as lstat(2) tells.
struct TreeEntry {
  /// Below the tree: "etc/passwd". The tree itself has an empty one.
  std::string path;
  /// The letter that ls(1) shows: '-', 'd', 'l', 'c', 'b', 'p', 's'.
  char type = '-';
  /// Permissions with set-user-ID, set-group-ID and sticky bit: 04755.
  unsigned mode = 0;
  std::uint32_t owner = 0;
  std::uint32_t group = 0;
  std::uint64_t size = 0;
  /// Of a symbolic link.
  std::string target = {};
  bool operator==(const TreeEntry&) const = default;
};

/// The output of `unsquashfs -lln`, a file a line. Errors: a line is none of it.
Result<std::vector<TreeEntry>> parse_tree_listing(std::string_view text);

/// Errors: it is no squashfs or no directory; unsquashfs(1) or find(1).
Result<std::vector<TreeEntry>> list_tree(os::CommandRunner& runner, const Tree& tree);

/// The content of one file of the tree. Errors: it is not there; the program.
Result<std::string> read_tree_file(os::CommandRunner& runner, const Tree& tree,
                                   const std::string& path);

/// Copies one folder of the tree with all that is in it to the same place below `to`.
Status unpack_folder(os::CommandRunner& runner, const Tree& tree, const std::string& folder,
                     const std::filesystem::path& to);

}  // namespace muster::inspect
