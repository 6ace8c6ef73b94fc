#pragma once
// What a directory that was bound lacks of the file systems below the one that it shows.

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/base/mounts.h"
#include "core/plan/step.h"

namespace muster::apply {

/// Whether a step binds a directory, alone or with what is mounted below it.
bool is_bind(const plan::MountFileSystem& step);

/// A file system below `source` that the directory bound to it does not show.
struct Unbound {
  std::string source;
  std::string target;
  bool operator==(const Unbound&) const = default;
};

/// The topmost of them, sorted; what lies below these comes with them. A bind alone (mount(8),
/// --bind) shows none of them. What users mounted, and what is mounted when somebody looks
/// (autofs), is not among them: root cannot bind it, or must not start it. Pure.
std::vector<Unbound> find_unbound(std::span<const Mount> mounts, const std::string& source,
                                  const std::string& target);

/// Whether a file system is mounted at this directory, and no other lies over it: mountinfo lists
/// what nobody can reach as well.
bool is_mounted_here(const std::filesystem::path& directory);

/// Whether nobody but root can put another directory in the place of one on the way from `top`
/// (itself among them) to where `place` is mounted.
bool leads_through_root_alone(const std::filesystem::path& top, const std::filesystem::path& place);

}  // namespace muster::apply
