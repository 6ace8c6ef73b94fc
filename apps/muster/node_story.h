#pragma once
// The story of a node's last boot for people: a verdict, then a line for each thing that happened,
// with a bar for how long it took until the next one.

#include <string>

#include <nlohmann/json.hpp>

namespace muster::cli {

/// "is booting, at stage 'image'": where a node stands, to follow its name. `node` is one of those
/// in the daemon's answers.
std::string standing_of(const nlohmann::json& node);

/// `answer` is that of GET /v1/nodes/NAME/events.
std::string render_story(const nlohmann::json& answer);

}  // namespace muster::cli
