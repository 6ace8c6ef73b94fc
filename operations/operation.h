#pragma once
// An operation: one thing that is to be done on many nodes, each of which does it once. What a
// message, a wish and the passing of time mean for it. Pure.
//
//   waiting → given → done | failed
//      └────────┴──→ cancelled      waiting → unreached
//
// With retries, a part that failed or was not reached waits once more, after a pause that grows.
//
// A node is given its part in one boot. Its agent remembers for as long as the boot lasts what it
// was given, so that nothing is done twice however often a message is repeated. A part whose node
// starts anew has failed, as nobody knows how far it came; unless a restart is what was to be done.

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/backoff.h"
#include "core/base/now.h"
#include "core/task/task.h"

namespace muster::operations {

enum class PartState {
  /// Its node has not asked yet.
  waiting,
  /// Its node has it, or may have it.
  given,
  done,
  failed,
  /// Its node did not ask in time, and was not given it.
  unreached,
  cancelled,
};

inline constexpr std::array kPartStates = {PartState::waiting,   PartState::given,
                                           PartState::done,      PartState::failed,
                                           PartState::unreached, PartState::cancelled};

/// By the number of the state.
using PartCounts = std::array<std::size_t, kPartStates.size()>;

std::string_view to_string(PartState state);

/// state::Event::kind of what is noted of operations; the subject is the operation's id.
inline constexpr const char* kEventKind = "operation";

/// Operation::by of what an extension begins, with its name behind it.
inline constexpr const char* kByExtension = "extension ";

/// What one node has of an operation.
struct Part {
  /// The node's name.
  std::string node;
  PartState state = PartState::waiting;
  /// task::Question::boot in which it was given.
  std::string boot = {};
  /// Why it failed, or what it waits for; empty: nothing is to be said.
  std::string note = {};
  /// Of a restart: the machine went down, and the node spoke again in another boot.
  bool leaves = false;
  bool is_back = false;
  int status = 0;
  int signal = 0;
  /// Names of its outputs (output_name); empty: nothing was written.
  std::string out = {};
  std::string err = {};
  /// Bytes of its outputs that are not kept.
  std::uint64_t dropped = 0;
  /// When the state changed last. Units: milliseconds of the clock that nobody sets.
  std::int64_t since_ms = 0;
  /// Since when its node is not up; 0: it is. Not stored; the same clock.
  std::int64_t absent_ms = 0;
  /// How often it was tried in vain before; what is told above is of the last try that ended.
  int tries = 0;
  /// It is not tried again before this. Not stored; the same clock.
  std::int64_t rests_until_ms = 0;

  bool has_ended() const { return state != PartState::waiting && state != PartState::given; }
  bool operator==(const Part&) const = default;
};

/// Of Operation::id.
inline constexpr std::size_t kIdLength = 16;

struct Operation {
  /// Hexadecimal digits that no other operation has.
  std::string id;
  /// task::Task::kind and the rest of it.
  std::string kind;
  std::vector<std::string> words;
  std::uint32_t timeout_s = 0;
  /// So many nodes have their part at once; 0: all.
  std::uint32_t at_once = 0;
  /// So often a part that did not succeed is tried again; 0 for restarts.
  std::uint32_t retries = 0;
  /// It is cancelled at this time; 0: never. Units: milliseconds since 1970.
  std::int64_t deadline_ms = 0;
  /// Who wants it, and why; nobody need say why.
  std::string by;
  std::string reason = {};
  /// Whether somebody, or its deadline, ended it early.
  bool is_cancelled = false;
  /// Units: milliseconds since 1970.
  std::int64_t begun_ms = 0;
  /// When the last part ended; 0: it goes on.
  std::int64_t ended_ms = 0;
  /// By the node's id.
  std::map<std::string, Part> parts = {};
  /// The texts that its parts name and that are kept. Units: bytes.
  std::map<std::string, std::uint64_t> outputs = {};

  // What the rest says already, so that nobody looks at ten thousand parts for it (complete). Not
  // stored.

  /// The names of its nodes, folded.
  std::string nodes = {};
  /// How many parts are in each state.
  PartCounts counts = {};
  /// Nodes that went down, or of which nobody knows, and that are not back.
  std::size_t lost = 0;
  std::uint64_t output_bytes = 0;
  /// When a place for one more node was free last. The clock that nobody sets.
  std::int64_t turn_ms = 0;
  /// Grows with every change.
  std::uint64_t version = 1;

  std::size_t count(PartState state) const { return counts[static_cast<std::size_t>(state)]; }
  std::size_t open_parts() const { return count(PartState::waiting) + count(PartState::given); }
  bool has_ended() const { return ended_ms != 0; }
  /// What a node is given; each try of its part has an id of its own.
  task::Task task(const Part& part) const;
  bool operator==(const Operation&) const = default;
};

/// "running", "ending" when somebody cancelled it, then "done" (by every node), "failed" or
/// "cancelled".
std::string_view state_of(const Operation& operation);

/// Who wants what on which nodes, and what came of it: a line for people.
std::string told_begin(const Operation& operation);
std::string told_end(const Operation& operation);

/// Whether nodes that do this go down.
bool goes_down(const std::string& kind);

/// Makes what is not stored true to the parts and outputs.
void complete(Operation& operation, Now now);

/// task::Task::id of a part's present try, and the operation that a task is of.
std::string task_id(const Operation& operation, const Part& part);
std::string operation_of(const std::string& task_id);

/// All that is known of it but of each node.
Operation without_parts(const Operation& operation);

/// A node that does not ask within this time of its turn is not reached. Longer than an agent
/// pauses while the head is away or holds no more questions.
inline constexpr std::int64_t kReachMs = 60'000;
/// After the time that a task may take, so long for its end to be told.
inline constexpr std::int64_t kTellMs = 60'000;
/// A machine that went down to restart is back within this time.
inline constexpr std::int64_t kReturnMs = 900'000;

/// Before a part is tried again: twice as long for each try.
inline constexpr Backoff kRetryPauses{.first = std::chrono::seconds(10),
                                      .longest = std::chrono::minutes(10)};
inline constexpr std::uint32_t kMostRetries = 100;
/// Operation::deadline_ms is not later than this after its begin. Units: seconds.
inline constexpr std::uint32_t kLongestDeadline = 365 * 86'400;

/// A node that is not up for so long tells nothing more of a command.
inline constexpr std::int64_t kAbsentMs = 180'000;

/// Where a node is, as the registry knows it.
enum class Presence { ready, off, other };

/// What a node that asks is told of this operation.
struct Answer {
  /// Whether the operation changed.
  bool moves = false;
  /// The node shall do its part.
  bool gives = false;
  /// The node shall end its part.
  bool cancels = false;
};

/// A node asks what it shall do.
Answer ask(Operation& operation, const std::string& node_id, const task::Question& question,
           Now now);

/// A node tells how far it is. `out` and `err`: names of the outputs. False: nothing changed, as
/// the part has ended before or is not this node's.
bool report(Operation& operation, const std::string& node_id, const task::Report& report, Now now);

/// Whether the part of a node waits for another try after this report of the present one: its
/// outputs are not worth keeping then.
bool is_tried_again(const Operation& operation, const std::string& node_id,
                    const task::Report& report);

/// What has not begun does not begin, with `why` as its note, and nodes are told to end what they
/// began. False: it had ended or was cancelled before.
bool cancel(Operation& operation, const std::string& why, Now now);

/// The node cannot be reached now.
void mark_unreachable(Operation& operation, const std::string& node_id, const std::string& obstacle,
                      Now now);

/// Whether one more node may have its part now. A restart keeps the place of a node that failed: no
/// more nodes go down than may be away.
bool has_free_place(const Operation& operation);

/// Gives up on who is silent, sees who is back from a restart or off, and cancels the operation at
/// its deadline. `presence`: of the node
/// of an id. False: nothing changed.
bool pass_time(Operation& operation, Now now,
               const std::function<Presence(const std::string& node_id)>& presence);

/// The name of an output: its SHA-256, the same on every node that wrote the same. Empty for an
/// empty one.
std::string output_name(const std::string& text);

}  // namespace muster::operations
