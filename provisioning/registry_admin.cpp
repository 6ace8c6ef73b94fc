// The part of the registry that administrators use: adopt, import, remove, look.

#include <algorithm>
#include <format>
#include <set>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/os/hash.h"
#include "provisioning/registry.h"

namespace muster::provisioning {

Result<std::vector<std::string>> Registry::adopt(std::span<const std::string> ids,
                                                 std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  std::vector<Node*> chosen;
  for (const std::string& id : ids) {
    Node* const node = find_id(id_of(id));
    if (node == nullptr) {
      return fail(std::format("no discovered machine is called '{}'", printable(id)),
                  "'muster node list' shows what waits for adoption");
    }
    chosen.push_back(node);
  }
  std::vector<std::string> names;
  for (Node* const node : chosen) {
    if (node->name.empty()) TRY(name(*node, free_name(), now_ms));
    names.push_back(node->name);
  }
  return names;
}

Status Registry::adopt_as(const std::string& id, const std::string& wanted, std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  Node* const node = find_id(id_of(id));
  if (node == nullptr) {
    return fail(std::format("no discovered machine is called '{}'", printable(id)),
                "'muster node list' shows what waits for adoption");
  }
  if (!node->name.empty()) {
    return fail(std::format("'{}' is {} already", printable(id), node->name),
                std::format("'muster node remove {}' forgets it, and it waits again", node->name));
  }
  if (by_name_.contains(wanted)) {
    return fail(std::format("there is a node '{}' already", wanted),
                "'muster node list' shows the names; take another");
  }
  return name(*node, wanted, now_ms);
}

Status Registry::remove(std::span<const std::string> names, std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  std::vector<state::Change> changes;
  std::vector<state::Event> events;
  std::set<std::string> ids;
  for (const std::string& name : names) {
    const std::string id = id_of(name);
    if (id.empty()) {
      return fail(std::format("there is no node '{}'", printable(name)),
                  "'muster node list' shows them");
    }
    ids.insert(id);
    changes.push_back({.kind = "node", .key = id, .value = std::nullopt});
    events.push_back({.time_ms = now_ms, .subject = {}, .kind = "removed", .text = name});
  }
  const auto committed =
      store_.commit({.changes = changes, .events = events, .forgotten = {ids.begin(), ids.end()}});
  if (!committed) return std::unexpected(committed.error());
  for (const std::string& id : ids) {
    unindex(*find_id(id));
    nodes_.erase(id);
    last_refusal_ms_.erase(id);
    card_pace_.erase(id);
    sessions_.forget(id);
  }
  next_number_ = 1;
  next_address_ = 0;
  ++generation_;
  lose_address(now_ms);
  return {};
}

Status Registry::set_profile(std::span<const std::string> names, const std::string& profile,
                             std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  std::vector<state::Change> changes;
  std::vector<state::Event> events;
  std::map<std::string, Node> changed;
  for (const std::string& name : names) {
    const std::string id = id_of(name);
    if (!id.empty() && nodes_.at(id).name.empty()) {
      return fail(
          std::format("'{}' waits for adoption and has no profile yet", printable(name)),
          std::format("'muster node adopt {}' first; nothing was changed", printable(name)));
    }
    if (id.empty()) {
      return fail(std::format("there is no node '{}'", printable(name)),
                  "'muster node list' shows them; nothing was changed");
    }
    Node node = nodes_.at(id);
    if (node.profile == profile) continue;
    events.push_back({.time_ms = now_ms,
                      .subject = node.id,
                      .kind = "profile",
                      .text = std::format("{} instead of {}", profile, node.profile)});
    node.profile = profile;
    changes.push_back({.kind = "node", .key = node.id, .value = to_json(node).dump()});
    changed[node.id] = std::move(node);
  }
  if (changed.empty()) return {};
  const auto committed = store_.commit({.changes = changes, .events = events});
  if (!committed) return std::unexpected(committed.error());
  for (auto& [id, node] : changed) nodes_.at(id) = std::move(node);
  ++generation_;
  return {};
}

void Registry::each(const std::function<void(const Node&)>& look) const {
  const std::scoped_lock lock(mutex_);
  for (const auto& [name, id] : by_name_) look(nodes_.at(id));
  for (const auto& [id, node] : nodes_) {
    if (node.name.empty()) look(node);
  }
}

std::vector<Node> Registry::nodes() const {
  std::vector<Node> result;
  each([&](const Node& node) { result.push_back(node); });
  return result;
}

std::optional<Node> Registry::find(std::string_view name) const {
  const std::scoped_lock lock(mutex_);
  const auto found = nodes_.find(id_of(name));
  if (found == nodes_.end()) return std::nullopt;
  return found->second;
}

std::string Registry::profile_of(MacAddress mac) const {
  const std::scoped_lock lock(mutex_);
  const auto found = by_mac_.find(mac);
  return found == by_mac_.end() ? std::string() : nodes_.at(found->second).profile;
}

std::uint64_t Registry::generation() const {
  const std::scoped_lock lock(mutex_);
  return generation_;
}

std::int64_t Registry::address_lost_ms() const {
  const std::scoped_lock lock(mutex_);
  return address_lost_ms_;
}

Status Registry::note(const std::string& id, std::string kind, std::string text,
                      std::int64_t now_ms) {
  const auto committed = store_.commit(
      {.events = {
           {.time_ms = now_ms, .subject = id, .kind = std::move(kind), .text = std::move(text)}}});
  if (!committed) return std::unexpected(committed.error());
  return {};
}

}  // namespace muster::provisioning
