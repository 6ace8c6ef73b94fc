#include "control/extension_nodes.h"

#include <map>
#include <utility>

#include "core/crypto/hash.h"

namespace muster::control {
namespace {

using nlohmann::json;
using provisioning::Node;
using provisioning::NodeState;

json facts_of(const Node& node) {
  return {{"name", node.name},
          {"address", node.address.value == 0 ? "" : to_string(node.address)},
          {"profile", node.profile}};
}

json with_state(const Node& node) {
  json described = facts_of(node);
  described["state"] = provisioning::to_string(node.state);
  return described;
}

/// The nodes with names, in the order of these.
json list_nodes(const provisioning::Registry& registry, const auto& wants, const auto& describe) {
  std::map<std::string, json> nodes;
  registry.each([&](const Node& node) {
    if (!node.name.empty() && wants(node)) nodes.emplace(node.name, describe(node));
  });
  json list = json::array();
  for (auto& [name, node] : nodes) list.push_back(std::move(node));
  return list;
}

constexpr auto kAll = [](const Node&) { return true; };

}  // namespace

std::shared_ptr<const ExtensionNodes::Told> ExtensionNodes::told() {
  const std::scoped_lock lock(mutex_);
  // Before the nodes: what is read then is at least as new.
  const std::uint64_t generation = registry_.generation();
  if (told_ && generation == generation_) return told_;
  json nodes = list_nodes(registry_, kAll, facts_of);
  std::string digest = crypto::sha256(nodes.dump());
  generation_ = generation;
  told_ =
      std::make_shared<const Told>(Told{.nodes = std::move(nodes), .digest = std::move(digest)});
  return told_;
}

json ExtensionNodes::now() const { return list_nodes(registry_, kAll, with_state); }

json ExtensionNodes::ready() const {
  const auto is_ready = [](const Node& node) { return node.state == NodeState::ready; };
  return list_nodes(registry_, is_ready, with_state);
}

json ExtensionNodes::describe(const std::string& id) const {
  const auto node = registry_.find(id);
  return node && !node->name.empty() ? with_state(*node) : json();
}

}  // namespace muster::control
