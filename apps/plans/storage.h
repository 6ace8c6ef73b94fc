#pragma once
// What head and nodes share: /home and the volumes of the specification, by NFS 4. Pure.

#include "core/plan/plan.h"
#include "core/spec/cluster_spec.h"
#include "provisioning/head/facts.h"

namespace muster::plans {

/// Each volume is bound below one small file system, the root of what NFS 4 shows: without it the
/// server would have to export the root file system, which on a live head is an overlay
/// (exports(5), docs/decisions/0005).
plan::Plan plan_head_storage(const spec::ClusterSpec& spec, const head::Facts& facts);

plan::Plan plan_node_storage(const spec::ClusterSpec& spec);

}  // namespace muster::plans
