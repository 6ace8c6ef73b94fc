#pragma once
// The story of a node's last boot for people: a verdict, then a line for each thing that happened,
// with a bar for how long it took until the next one.

#include <string>

#include <nlohmann/json.hpp>

namespace muster::cli {

/// `answer` is that of GET /v1/nodes/NAME/events.
std::string render_story(const nlohmann::json& answer);

}  // namespace muster::cli
