#pragma once
// Mounts for building: a layer's root is an overlay with the few file systems that package scripts
// need, gone when its object is gone and invisible to the rest of the machine.

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace muster::iso {

/// A tree mounted at a place for the life of the object.
class MountedRoot {
 public:
  /// An overlay of `lower` (lowest first) that writes to `upper`; `work` must be on the same disk.
  static Result<MountedRoot> overlay(const std::filesystem::path& at,
                                     const std::vector<std::filesystem::path>& lower,
                                     const std::filesystem::path& upper,
                                     const std::filesystem::path& work);

  MountedRoot(MountedRoot&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  MountedRoot& operator=(MountedRoot&&) = delete;
  ~MountedRoot();

  const std::filesystem::path& path() const { return path_; }

  /// /proc, /sys, /dev, and empty /tmp and /run.
  Status add_system();
  /// Shows `source` (file or directory) at `target` inside; the target must be there or be made.
  Status add(const std::filesystem::path& source, const std::string& target);
  /// Ends the mounts; an error says that something still uses them.
  Status close();

 private:
  explicit MountedRoot(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

/// Ends the mounts that a program of a failed build left below `folder`, so that nothing is removed
/// through them. They are this process's own.
Status detach_below(const std::filesystem::path& folder);

}  // namespace muster::iso
