#pragma once
// The words for where a node is in its life: people see them, and each is a group of nodes.

#include <array>
#include <string_view>

namespace muster::spec {

/// In the order of provisioning::NodeState.
inline constexpr std::array<std::string_view, 6> kNodeStates = {"discovered", "adopted", "booting",
                                                                "ready",      "off",     "failed"};

}  // namespace muster::spec
