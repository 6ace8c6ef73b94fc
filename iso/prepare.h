#pragma once
// What is read and checked before anything is made.

#include <string>
#include <vector>

#include "iso/apt_index.h"
#include "iso/build_error.h"
#include "iso/builder.h"
#include "iso/layer_plan.h"
#include "iso/layer_store.h"

namespace muster::iso {

/// All that is read before anything is made.
struct Prepared {
  LayerStore store;
  AptIndex index;
  PlanInputs inputs;
  std::vector<LayerPlan> layers;
};

/// The cache's folder of layers.
std::filesystem::path layer_folder(const BuildOptions& options);

/// The cache of layers, for a build of these options; waits for another build, and tells the
/// listener whose. Errors: as LayerStore::open.
Result<LayerStore> open_store(const BuildOptions& options);

/// Whether this machine can build at all, and with which programs: their names and versions.
/// Errors: not root; a program is missing.
BuildResult<std::string> check_machine(os::CommandRunner& runner, const BuildOptions& options);

/// Reads and plans, with the lock on the cache. Errors: as build_iso, before it makes the first
/// layer.
BuildResult<Prepared> prepare(os::CommandRunner& runner, const BuildOptions& options);

}  // namespace muster::iso
