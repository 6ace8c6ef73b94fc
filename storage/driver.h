#pragma once
// What a way to share volumes between head and nodes is made of. Pure.

#include <array>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/plan/owns.h"
#include "core/plan/plan.h"
#include "core/spec/cluster_spec.h"

namespace muster::storage {

/// What a driver must know of the head.
struct HeadFacts {
  /// It runs from its medium: what lies on no disk is gone at power-off.
  bool live = false;
  /// Where the file systems of its state disk are mounted.
  std::vector<std::string> kept = {};
  /// How large a volume in memory may become, as mount(8)'s tmpfs takes it.
  std::string size_in_memory = "50%";
};

/// A row of functions; each is given the volumes of its kind, and never none.
struct Driver {
  spec::StorageDriver kind;
  /// What its steps on the head may be about.
  plan::Owns (*owns)(std::span<const spec::Volume> volumes);
  /// What the system on the medium has that the head starts from.
  plan::Plan (*plan_head_image)();
  plan::Plan (*plan_head)(const spec::Head& head, std::span<const spec::Volume> volumes,
                          const HeadFacts& facts);
  /// `volumes`: those that the node mounts.
  plan::Plan (*plan_node)(const spec::Head& head, std::span<const spec::Volume> volumes);
  /// What somebody should see to, with the next step.
  std::vector<Error> (*health)(std::span<const spec::Volume> volumes, const HeadFacts& facts);
};

/// Directories of the head, by NFS 4.
extern const Driver kNfs;

/// All drivers.
inline constexpr std::array kDrivers = {&kNfs};
static_assert(kDrivers.size() == spec::kStorageDriverWords.size(),
              "a volume whose driver is missing would be shared by nobody");

}  // namespace muster::storage
