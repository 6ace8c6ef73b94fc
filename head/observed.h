#pragma once
// What only root sees of a head while it runs: /run/muster/observed.json, which the helper writes
// and the daemon reads for `muster status`.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/mounts.h"

namespace muster::head {

inline constexpr const char* kObserved = "/run/muster/observed.json";

/// Something that another program changed and that was put right.
struct PutRight {
  std::string what;
  /// Milliseconds since 1970.
  std::int64_t time_ms = 0;
  bool operator==(const PutRight&) const = default;
};

struct Observed {
  /// File systems below /home or a volume that nodes do not see (find_unshared).
  std::vector<Mount> unshared = {};
  /// Within the last hour.
  std::vector<PutRight> put_right = {};
  bool operator==(const Observed&) const = default;
};

std::string render_observed(const Observed& observed);
/// None when it is not what render_observed wrote.
std::optional<Observed> parse_observed(std::string_view json);

/// Of the mounts below the directories that a head shares, those that its NFS server cannot pass
/// on: without a disk a file system has no identity that lasts (exports(5), fsid). A node sees the
/// empty directory beneath, and writes there. What a user mounted (sshfs, encfs) is the user's own
/// affair and not among them.
std::vector<Mount> find_unshared(std::span<const Mount> mounts,
                                 std::span<const std::string> shared);

}  // namespace muster::head
