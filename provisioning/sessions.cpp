#include "provisioning/sessions.h"

#include "core/os/hash.h"

namespace muster::provisioning {

Sessions::Secrets Sessions::begin(const std::string& node_id, Ipv4Address address,
                                  std::int64_t now_ms) {
  forget(node_id);
  Secrets secrets{.session = os::random_hex(16), .token = os::random_hex(32)};
  const std::string hash = os::sha256(secrets.token);
  by_node_[node_id] = {
      .session = {.node_id = node_id, .made_ms = now_ms, .seen_ms = now_ms, .address = address},
      .secret = secrets.session,
      .token_hash = hash};
  by_secret_[secrets.session] = node_id;
  by_token_[hash] = node_id;
  return secrets;
}

Session* Sessions::find(const std::string& session_secret) {
  const auto found = by_secret_.find(session_secret);
  return found == by_secret_.end() ? nullptr : of_node(found->second);
}

Session* Sessions::find_by_token(const std::string& token) {
  const auto found = by_token_.find(os::sha256(token));
  return found == by_token_.end() ? nullptr : of_node(found->second);
}

Session* Sessions::of_node(const std::string& node_id) {
  const auto found = by_node_.find(node_id);
  return found == by_node_.end() ? nullptr : &found->second.session;
}

const Session* Sessions::of_node(const std::string& node_id) const {
  const auto found = by_node_.find(node_id);
  return found == by_node_.end() ? nullptr : &found->second.session;
}

void Sessions::forget(const std::string& node_id) {
  const auto found = by_node_.find(node_id);
  if (found == by_node_.end()) return;
  by_secret_.erase(found->second.secret);
  by_token_.erase(found->second.token_hash);
  by_node_.erase(found);
}

void Sessions::clock_moved(std::int64_t by_ms) {
  for (auto& [id, entry] : by_node_) {
    entry.session.made_ms += by_ms;
    entry.session.seen_ms += by_ms;
  }
}

}  // namespace muster::provisioning
