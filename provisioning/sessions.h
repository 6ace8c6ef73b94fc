#pragma once
// The boots that are under way: each machine has at most one session, which knows a secret for its
// reports and the hash of its one-time token. Kept in memory only: who boots while the head starts
// anew asks once more. Not for several threads.

#include <cstdint>
#include <map>
#include <string>

#include "core/base/units.h"

namespace muster::provisioning {

struct Session {
  std::string node_id;
  /// Milliseconds since 1970.
  std::int64_t made_ms = 0;
  std::int64_t seen_ms = 0;
  Ipv4Address address;
  bool redeemed = false;
  /// The node has its certificate: what is said in the session's name counts for nothing now.
  bool over = false;
};

class Sessions {
 public:
  /// What only the machine that boots is told; the sessions keep no token, only its hash.
  struct Secrets {
    std::string session;
    std::string token;
  };

  /// The node boots anew: what an earlier session knew is worth nothing.
  Secrets begin(const std::string& node_id, Ipv4Address address, std::int64_t now_ms);

  /// Null where there is none. Owns: the sessions do; until the next `begin` or `forget`.
  Session* find(const std::string& session_secret);
  Session* find_by_token(const std::string& token);
  Session* of_node(const std::string& node_id);
  const Session* of_node(const std::string& node_id) const;

  void forget(const std::string& node_id);

  /// The head's clock was set: what is remembered moves with it.
  void clock_moved(std::int64_t by_ms);

 private:
  struct Entry {
    Session session;
    /// By them it is found in the other two.
    std::string secret;
    std::string token_hash;
  };
  std::map<std::string, Entry> by_node_;
  /// The node's id.
  std::map<std::string, std::string> by_secret_;
  std::map<std::string, std::string> by_token_;
};

}  // namespace muster::provisioning
