#pragma once
// The operations of a cluster: begun by administrators, asked for by nodes, kept in the store. What
// happens to one is in operation.h; here are the questions that are held back until there is
// something to do, and the thread that writes.
//
// A node is given a part when the disk has that it is; a node that tells an end is answered when
// the disk has it. What the disk does not take is tried again.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/base/result.h"
#include "core/os/caught_exceptions.h"
#include "core/state/store.h"
#include "core/task/task.h"
#include "operations/operation.h"

namespace muster::operations {

/// A question without an answer is held so long at most, and so is a watcher without news: shorter
/// than nginx waits for musterd (ngx_http_proxy_module, proxy_read_timeout).
inline constexpr std::int64_t kHoldMs = 45'000;
/// And so long at least. Each node has a time of its own between the two, so that ten thousand that
/// began to ask in one moment are soon apart.
inline constexpr std::int64_t kLeastHoldMs = 30'000;
/// Nodes that hear of another word (task::Offer::wanted) in one second: each sends a heartbeat, and
/// may fetch its plan.
inline constexpr double kMostWoken = 1000;
/// Operations that ended and are kept, and parts of such.
inline constexpr std::size_t kMostEnded = 100;
inline constexpr std::size_t kMostEndedParts = 200'000;
/// Different outputs of one operation, and of all: later ones are counted only, and earlier
/// operations go. Units: bytes.
inline constexpr std::size_t kMostOutputs = std::size_t{32} << 20U;
inline constexpr std::size_t kMostOutputsOfAll = std::size_t{256} << 20U;

/// A node that shall do a part.
struct Target {
  std::string id;
  std::string name;
  /// Why it cannot be reached now; empty: it can.
  std::string obstacle = {};
};

/// What somebody wants done.
struct Wish {
  std::string kind;
  std::vector<std::string> words;
  std::uint32_t timeout_s = 0;
  /// Operation::at_once, Operation::retries
  std::uint32_t at_once = 0;
  std::uint32_t retries = 0;
  /// It is cancelled after this; 0: never. Units: seconds.
  std::uint32_t deadline_s = 0;
  /// Operation::by, Operation::reason
  std::string by;
  std::string reason = {};
  std::vector<Target> targets = {};
};

/// Threads: every function may be called from several threads.
class Operations {
 public:
  using OfferTo = std::move_only_function<void(Result<task::Offer>)>;
  using Done = std::move_only_function<void(const Status&)>;
  using Watcher = std::move_only_function<void(Result<Operation>)>;

  /// Reads what the store has; what was given to nodes goes on. Owns: nothing; `store` must live
  /// longer. Errors: the store cannot be read.
  static Result<std::unique_ptr<Operations>> open(state::Store& store, Now now);
  /// Answers who waits, and writes.
  ~Operations();
  Operations(const Operations&) = delete;
  Operations& operator=(const Operations&) = delete;

  /// The id of the new operation, when the disk has it. Errors: no targets, words that are no
  /// task's, retries of a restart (invalid); another operation takes one of these nodes down
  /// (conflict); the store.
  Result<std::string> begin(const Wish& wish, Now now);

  /// operations::cancel, when the disk has it. Errors: there is none (absent); it has ended
  /// (conflict); the store.
  Status cancel(const std::string& id, Now now);

  /// So many questions are held at once from now on; no limit before that.
  void hold_at_most(std::size_t questions);

  /// A node asks. `answer` is called once: at once, when there is something to do, or after kHoldMs
  /// at most. A later question of the same node answers an earlier one. `wanted`:
  /// task::Offer::wanted as it is now. Errors: the store; as many questions are held as may be
  /// (busy).
  void ask(const std::string& node_id, task::Question question, const std::string& wanted, Now now,
           OfferTo answer);

  /// The word for a node as it is now; none: nobody knows.
  using WordOf = std::function<std::optional<std::string>(const std::string& node_id)>;

  /// Answers nodes that hold another word than there is for them, as many as kMostWoken allows; the
  /// next call goes on. `word_of` is called with this object's lock.
  void say_wanted(const WordOf& word_of, Now now);

  /// Whether nodes hold another word than there is for them because kMostWoken did not allow more.
  bool owes_words() const;

  /// A node tells. `done` is called once when the disk has it; a report of what is not known, or
  /// has ended, is taken and changes nothing. Errors: the store.
  void report(const std::string& node_id, task::Report report, Now now, Done done);

  /// Ends what is silent, answers what was held long enough, gives a turn to who waits for it, and
  /// tries again what the disk did not take. Called every half second or so. `presence`: of a node;
  /// called with this object's lock.
  void pass_time(Now now, const std::function<Presence(const std::string& node_id)>& presence);

  /// By the ids of nodes that take no jobs any more because they are about to go down: the id of
  /// the operation for which they do.
  std::map<std::string, std::string> draining() const;

  /// All that are kept, without their parts, the oldest first.
  std::vector<Operation> list() const;
  /// Errors (absent): there is none.
  Result<Operation> find(const std::string& id) const;
  /// A text that Part::out or Part::err names. Errors: it is not there any more; the store.
  Result<std::string> output(const std::string& id, const std::string& name) const;

  /// Calls `watcher` once: when the operation has a later version than `seen`, or after kHoldMs.
  /// Errors (absent): there is none.
  void watch(const std::string& id, std::uint64_t seen, Now now, Watcher watcher);

  /// Stored operations that could not be read. They stay in the store.
  const std::vector<Error>& damaged() const { return damaged_; }

  /// Exceptions of answers and of writes.
  os::CaughtExceptions::Seen exceptions() const { return exceptions_.seen(); }

 private:
  struct Held {
    task::Question question;
    OfferTo answer;
    std::int64_t until_ms = 0;
  };
  struct Watching {
    std::string id;
    std::uint64_t seen = 0;
    std::int64_t since_ms = 0;
    Watcher watcher;
  };
  /// What goes to the disk together.
  struct Batch {
    std::set<std::string> changed;
    /// Of operations that began or ended.
    std::vector<state::Event> events;
    std::vector<state::Change> outputs;
    std::vector<state::Change> removed;
    std::vector<Done> waiting;
  };

  explicit Operations(state::Store& store) : store_(store) {}
  Status load(Now now);

  // Under mutex_:
  Status check_goes_down_once(const Wish& wish) const;
  void mark_changed(const Operation& operation);
  void note(const Operation& operation, std::int64_t time_ms, std::string text);
  void after_write(Done done);
  bool is_unknown(const std::string& node_id, const std::string& task) const;
  task::Offer collect(const std::string& node_id, const task::Question& question, Now now);
  bool may_wake(Now now);
  bool answer_held(const std::string& node_id, Now now);
  void answer_waiting(const Operation& operation, Now now);
  void answer_all(const Operation& operation, Now now);
  void give_later(OfferTo answer, task::Offer offer);
  void keep_output(Operation& operation, std::string& text, std::uint64_t& dropped);
  void forget_part(const std::string& node_id, const Operation& operation);
  void forget_oldest();
  void remove(const std::string& id);
  std::vector<Watching> take_watchers(const std::function<bool(const Watching&)>& wanted);

  Status wait_for_write(std::unique_lock<std::mutex>& lock);
  void tell(std::vector<Watching> watchers);
  void run();
  Status write(Batch& batch, const std::vector<Operation>& operations);

  state::Store& store_;
  std::vector<Error> damaged_;
  mutable std::mutex mutex_;
  std::map<std::string, Operation> operations_;
  /// Ids of operations by the id of a node that has not ended its part.
  std::map<std::string, std::set<std::string>> open_by_node_;
  std::map<std::string, Held> held_;
  std::size_t most_held_ = std::numeric_limits<std::size_t>::max();
  /// Nodes that may be woken, and when that was counted.
  double may_wake_ = kMostWoken / 2;
  std::int64_t woken_ms_ = 0;
  bool owes_words_ = false;
  std::vector<Watching> watching_;
  Batch batch_;
  /// Whether the thread has something to do now.
  bool is_due_ = false;
  bool ends_ = false;
  std::condition_variable changed_;
  os::CaughtExceptions exceptions_;
  std::thread writer_;
};

}  // namespace muster::operations
