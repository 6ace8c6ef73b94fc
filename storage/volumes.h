#pragma once
// The volumes of a specification, each by its driver: what they need on the head and on nodes, and
// how they are. Pure.

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/plan/owns.h"
#include "core/plan/plan.h"
#include "core/spec/cluster_spec.h"
#include "storage/driver.h"

namespace muster::storage {

/// What the steps of all drivers on the head may be about.
plan::Owns owns_on_head(const spec::ClusterSpec& spec);

plan::Plan plan_head_image(const spec::ClusterSpec& spec);
plan::Plan plan_head(const spec::ClusterSpec& spec, const HeadFacts& facts);

/// What nodes that run as this profile mount.
plan::Plan plan_node(const spec::ClusterSpec& spec, const spec::Profile& profile);

/// Where such nodes must have something mounted before jobs run.
std::vector<std::string> mounts_of_node(const spec::ClusterSpec& spec,
                                        const spec::Profile& profile);

/// What somebody should see to, with the next step.
std::vector<Error> health(const spec::ClusterSpec& spec, const HeadFacts& facts);

}  // namespace muster::storage
