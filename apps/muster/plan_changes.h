#pragma once
// What another cluster.yaml would change on the head that runs here, and how people see it.

#include <string>

#include <nlohmann/json.hpp>

#include "core/base/result.h"
#include "core/spec/cluster_spec.h"

namespace muster::cli {

/// The daemon's answer to POST /v1/plan with `medium`, the keys that differ from those of `before`
/// and need a new ISO; null where no head runs. Errors: as call_head.
Result<nlohmann::json> ask_changes(const spec::ClusterSpec& spec, const std::string& spec_text,
                                   const spec::ClusterSpec& before);

/// Whether a step of the head or of a node is another.
bool has_changes(const nlohmann::json& changes);

/// A list of plan::to_view below its title.
void print_list(const std::string& title, const nlohmann::json& changes);

void print_changes(const nlohmann::json& changes);

}  // namespace muster::cli
