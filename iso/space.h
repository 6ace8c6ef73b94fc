#pragma once
// How much room on a disk a build takes, told before it starts: a disk that fills up halfway costs
// minutes, and what else writes there.

#include <cstdint>
#include <filesystem>
#include <vector>

#include "iso/build_error.h"
#include "iso/layer_plan.h"

namespace muster::iso {

/// Units: bytes.
struct SpaceNeed {
  /// Of the cache: layers, downloads, what lies there while they are made.
  std::uintmax_t cache = 0;
  /// Where the medium is written: it replaces the one that is there when it is whole.
  std::uintmax_t medium = 0;
};

/// What it takes to make these layers and the medium of all. Pure.
SpaceNeed needed_space(const std::vector<LayerPlan>& layers);

/// Fails when the disks of the cache and of the medium have less than that.
BuildResult<void> check_space(const SpaceNeed& need, const std::filesystem::path& cache,
                              const std::filesystem::path& medium);

}  // namespace muster::iso
