#pragma once
// One node for people: what it is made of, as `muster node show` prints it. Pure.

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace muster::cli {

/// `node` is the answer of /v1/nodes/NAME. What is unknown is named as unknown.
std::string render_node(const nlohmann::json& node);

}  // namespace muster::cli
