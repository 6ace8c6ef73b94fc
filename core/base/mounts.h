#pragma once
// Which file systems are mounted where, as the kernel tells it. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

/// One line of /proc/self/mountinfo (proc_pid_mountinfo(5)).
struct Mount {
  std::string directory;
  /// "ext4", "nfs4", "tmpfs", …
  std::string type;
  std::string source;
  /// The number of the user who mounted a file system of type "fuse…" (mount.fuse3(8), user_id);
  /// 0 for root and for every other type.
  std::uint32_t owner = 0;
  bool operator==(const Mount&) const = default;
};

/// Whether a path without '.' and '..' leads into a directory, and is not the directory itself.
bool is_below(std::string_view path, std::string_view directory);

/// In the kernel's order: of two at one directory the later one hides the other. Characters that
/// the kernel writes as octal numbers ("\040") are themselves again. Lines of another form are left
/// out.
std::vector<Mount> parse_mounts(std::string_view mountinfo);

}  // namespace muster
