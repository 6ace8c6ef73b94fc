#include "provisioning/node.h"

#include <nlohmann/json.hpp>

#include "core/spec/node_states.h"
#include "provisioning/node_documents.h"

namespace muster::provisioning {

using spec::kNodeStates;

std::string_view to_string(NodeState state) {
  return kNodeStates.at(static_cast<std::size_t>(state));
}

std::optional<NodeState> parse_state(std::string_view text) {
  for (std::size_t i = 0; i < kNodeStates.size(); ++i) {
    if (kNodeStates[i] == text) return static_cast<NodeState>(i);
  }
  return std::nullopt;
}

nlohmann::json to_json(const Node& node) {
  nlohmann::json all = to_json(static_cast<const DesiredNode&>(node));
  all.update(to_json(static_cast<const ObservedNode&>(node)));
  all.update(to_json(static_cast<const NodeIdentity&>(node)));
  all["id"] = node.id;
  return all;
}

}  // namespace muster::provisioning
