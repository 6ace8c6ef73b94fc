#pragma once
// One machine as the registry knows it: what the store keeps, and what only memory knows. What
// happens to one is in boot_transitions.h and life_transitions.h.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/now.h"
#include "core/state/store.h"
#include "provisioning/node.h"

namespace muster::provisioning {

using muster::Now;

/// A boot that is under way. Kept in memory only: who boots while the head starts anew asks once
/// more. Times are Now::steady_ms.
struct Session {
  enum class State {
    /// Its token was not used yet.
    open,
    /// Its token is being traded for a certificate.
    enrolling,
    /// The machine has its certificate: what is said in the session's name counts for nothing now.
    over,
  } state = State::open;
  /// Proves later reports of this boot.
  std::string secret;
  /// SHA-256 of the one-time token.
  std::string token_hash;
  std::int64_t made_ms = 0;
  std::int64_t seen_ms = 0;
  Ipv4Address address;
  /// What the machine said of itself. It becomes the node's at enrolment.
  Hardware hardware;
  std::string profile;
  /// The reference of the image that it fetches.
  std::string image;
  /// What the node was when nobody had claimed to be it. A node that shows its certificate is that
  /// again.
  NodeState state_before = NodeState::discovered;
  std::string stage_before;
  std::string reason_before;
  /// Contact::proof_ms before it enrolled.
  std::int64_t proof_before_ms = 0;

  bool operator==(const Session&) const = default;
};

/// When a machine spoke last. Times are Now::steady_ms.
struct Contact {
  /// Anything in its name; at the earliest when the registry was opened.
  std::int64_t any_ms = 0;
  /// A certificate of it; at the earliest when the registry was opened.
  std::int64_t proof_ms = 0;
  /// Whether it has shown its certificate since the registry was opened.
  bool is_proved = false;
  /// Anything in its name, by the clock that people see; 0: never.
  std::int64_t wall_ms = 0;
  /// When it was asked to reboot; counts only with a wish.
  std::int64_t wish_ms = 0;

  bool operator==(const Contact&) const = default;
};

struct Member {
  /// Never null. Others may hold it: it is replaced, never changed.
  std::shared_ptr<const Node> node;
  Contact contact;
  /// Null: no boot is known. Replaced as well.
  std::shared_ptr<const Session> session;
};

/// What the store must do with a change before it is answered.
enum class Write {
  /// Nothing: memory alone knows it.
  none,
  /// The machine says it again. A disk that fails takes it from nobody: it is true all the same.
  relaxed,
  /// As relaxed, and a power cut must not take it.
  full,
  /// Somebody decided it, and it did not happen when it cannot be written.
  decided,
};

/// What came of an input.
struct Outcome {
  Write write = Write::none;
  /// For the node's timeline.
  std::vector<state::Event> events = {};
};

}  // namespace muster::provisioning
