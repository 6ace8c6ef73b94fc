#pragma once
// The machines and what of them is on disk. Whoever changes a member does it here, under the
// ledger's lock; a thread of its own writes what was changed, all callers' changes as one
// transaction, and only then is a change shown to readers. The lock is never held over the disk.
//
// A change that somebody decided and that cannot be written did not happen: the member is what it
// was. What a machine said stays true; it is written with the next transaction that succeeds.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/os/caught_exceptions.h"
#include "core/state/store.h"
#include "provisioning/directory.h"
#include "provisioning/member.h"
#include "provisioning/pending.h"
#include "provisioning/published.h"
#include "provisioning/transitions.h"

namespace muster::provisioning {

/// What readers see of the cluster at one moment. Nobody changes it.
struct Snapshot {
  struct Entry {
    /// Never null.
    std::shared_ptr<const Node> node;
    /// Contact::wall_ms.
    std::int64_t seen_ms = 0;
  };
  /// Named nodes by name, then the others.
  std::vector<Entry> nodes;
  /// Published::generation.
  std::uint64_t generation = 0;
};

/// A stored document that could not be read and was put aside.
struct DamagedDocument {
  std::string kind;
  std::string key;
  std::string reason;
};

/// Between two tries of what the disk did not take.
inline constexpr std::int64_t kOwedPauseMs = 5'000;

/// Threads: one lock, mutex(), guards all; functions say whether it must be held.
class Ledger {
 public:
  /// Reads all nodes; each counts as heard at `opened`. `spacing_ms`: at least so long between the
  /// begins of two transactions. Owns: nothing; `store` must live longer. Errors: the store cannot
  /// be read.
  static Result<std::unique_ptr<Ledger>> open(state::Store& store, Now opened,
                                              std::int64_t spacing_ms);
  /// Writes what waits.
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  std::mutex& mutex() const { return mutex_; }

  // Under mutex():

  Directory& directory() { return directory_; }
  const Directory& directory() const { return directory_; }
  const std::map<std::string, Member>& members() const { return members_; }
  /// Null: there is none.
  const Member* find(const std::string& id) const;
  const Member* find_by_secret(const std::string& session_secret) const;
  const Member* find_by_token(const std::string& token_hash) const;
  std::size_t unnamed() const { return unnamed_by_age_.size(); }
  /// The unnamed machine that was heard least lately; empty: there is none.
  std::string oldest_unnamed() const;

  /// The member is like this from now on, or is new.
  void put(Member member, Outcome outcome, Now now);
  /// The machine is forgotten, and its timeline with it.
  void erase(const std::string& id, Write write, Now now);
  /// On a timeline, or on that of the cluster.
  void note(state::Event event, Write write, Now now);
  /// The last write that is not done yet, which everything changed so far waits for; null: all are
  /// done.
  std::shared_ptr<Ticket> ticket() const;

  /// What was observed and could not be written is tried again, and what waits for its time is
  /// shown. Called now and then.
  void pass_time(Now now);

  const Published& published() const { return published_; }
  Snapshot snapshot() const;
  /// As readers see it.
  std::optional<Node> shown(const std::string& id) const;

  const std::vector<DamagedDocument>& damaged() const { return damaged_; }

  // Without mutex():

  /// Where exceptions end: those of answers that waited for the disk, and of writes, which failed.
  os::CaughtExceptions& exceptions() { return exceptions_; }

 private:
  /// What is on disk of a member.
  struct Kept {
    /// Null: nothing.
    std::shared_ptr<const Node> node;
    /// Of its documents, in the order of kNodeKinds; 0: not there.
    std::array<state::Revision, 3> revisions = {};
  };

  /// Changes that wait for the same transaction.
  struct Batch {
    std::set<std::string> observed;
    std::set<std::string> decided;
    /// Decided, and not there before.
    std::set<std::string> born;
    /// As they were, each with whether somebody decided it.
    std::map<std::string, std::pair<Member, bool>> erased;
    /// Each with whether it is of a decision.
    std::vector<std::pair<state::Event, bool>> events;
    state::Durability durability = state::Durability::relaxed;
    Now now;
    std::shared_ptr<Ticket> ticket = std::make_shared<Ticket>();
  };

  /// A batch on its way to the disk, with the nodes as they were when it went.
  struct Writing {
    struct Taken {
      std::shared_ptr<const Node> node;
      /// Contact::wall_ms.
      std::int64_t seen_ms = 0;
    };
    std::unique_ptr<Batch> batch;
    std::map<std::string, Taken> nodes;
    state::Transaction transaction;
    /// The documents of `transaction`, for their new revision.
    std::vector<std::pair<std::string, std::size_t>> documents;
    /// Nodes of which the disk has something else than was believed.
    std::set<std::string> suspect;
  };

  Ledger(state::Store& store, std::int64_t spacing_ms) : store_(store), spacing_ms_(spacing_ms) {}
  Status load(Now opened);
  void put_aside(const state::Document& document, const Error& why);
  void note_loss(const std::string& id, const Node& rest);
  Batch& open_batch(Write write, Now now);
  void add_event(Batch& batch, state::Event event, bool is_decided) const;
  void index(const Member* before, const Member& after);
  void unindex(const Member& member);
  void run();
  void wait_for_spacing(std::unique_lock<std::mutex>& lock);
  Writing take_batch();
  Result<state::Revision> write(Writing& writing);
  void prepare(Writing& writing) const;
  void add_documents(Writing& writing, const std::string& id, const Node* node) const;
  void note_revisions(Writing& writing, const Result<state::Revision>& written);
  void settle(const Writing& writing);
  std::vector<state::Revision> reread(const Writing& writing) const;
  bool owes() const;
  void add_owed(Batch& batch);
  /// Returns who must be told besides the writing's own.
  std::shared_ptr<Ticket> roll_back(Writing& writing);
  void drop_newcomers(const Node& node);
  void restore(const std::string& id, const std::set<std::string>& born);
  bool is_being_written(const std::string& id) const;

  state::Store& store_;
  std::int64_t spacing_ms_;
  mutable std::mutex mutex_;
  Directory directory_;
  std::map<std::string, Member> members_;
  /// Of the thread that writes, and not guarded.
  std::map<std::string, Kept> kept_;
  std::map<std::string, std::string> by_secret_;
  std::map<std::string, std::string> by_token_;
  std::set<std::pair<std::int64_t, std::string>> unnamed_by_age_;
  std::vector<DamagedDocument> damaged_;
  /// Observed, and not on disk because it failed.
  std::set<std::string> owed_;
  /// Gone without a decision, and still on disk.
  std::map<std::string, Member> owed_erased_;
  std::vector<state::Event> owed_events_;
  std::int64_t failed_ms_ = 0;
  std::int64_t last_begin_ms_ = 0;
  std::set<std::string> in_flight_;
  std::shared_ptr<Ticket> in_flight_ticket_;
  Published published_;
  std::unique_ptr<Batch> open_;
  std::condition_variable changed_;
  bool ends_ = false;
  os::CaughtExceptions exceptions_;
  std::thread writer_;
};

}  // namespace muster::provisioning
