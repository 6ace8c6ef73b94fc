// The ledger's thread: what was changed goes to the disk, all callers' changes at once.

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "core/os/clock.h"
#include "provisioning/ledger.h"
#include "provisioning/node_documents.h"

namespace muster::provisioning {
namespace {

/// More than this of what could not be written is let go, the oldest first.
constexpr std::size_t kMostOwedEvents = 4096;

/// Whether the node's document of this kind must be written anew.
bool differs(const Node& now, const Node* stored, std::string_view kind) {
  if (stored == nullptr) return true;
  if (kind == kDesiredKind) {
    return !(static_cast<const DesiredNode&>(now) == static_cast<const DesiredNode&>(*stored));
  }
  if (kind == kIdentityKind) {
    return !(static_cast<const NodeIdentity&>(now) == static_cast<const NodeIdentity&>(*stored));
  }
  // How far an image is and when something was heard goes with other changes.
  auto observed = static_cast<const ObservedNode&>(now);
  observed.progress = stored->progress;
  observed.seen_ms = stored->seen_ms;
  return !(observed == static_cast<const ObservedNode&>(*stored));
}

/// Whether an enrolment was decided and is not to be; a certificate that was offered before and is
/// in use now is none.
bool has_lost_enrolment(const Node& now, const Node& shown) {
  return now.certificate_serial != shown.certificate_serial &&
         now.certificate_serial != shown.offered_serial;
}

/// The node without what was decided since readers saw it; what it said since stays.
Node taken_back(const Node& now, const Node& shown) {
  // Who gets a name or an address was not up, and has said nothing that matters since.
  if (now.name != shown.name || now.address != shown.address) return shown;
  Node node = now;
  static_cast<DesiredNode&>(node) = static_cast<const DesiredNode&>(shown);
  if (node.stage == "reboot" && now.reboot != shown.reboot) node.stage = shown.stage;
  const bool uses_offer =
      now.certificate_serial != shown.certificate_serial && !has_lost_enrolment(now, shown);
  static_cast<NodeIdentity&>(node) = static_cast<const NodeIdentity&>(shown);
  if (uses_offer) node.certificate_serial = std::exchange(node.offered_serial, "");
  if (!has_lost_enrolment(now, shown)) return node;
  node.hardware = shown.hardware;
  node.booted_profile = shown.booted_profile;
  node.booted_image = shown.booted_image;
  node.drift = shown.drift;
  node.drifts = shown.drifts;
  return node;
}

/// The same session with its token as good as before.
std::shared_ptr<const Session> reopened(const Session& session) {
  auto open = std::make_shared<Session>(session);
  open->state = Session::State::open;
  return open;
}

}  // namespace

void Ledger::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ends_ || open_; });
    if (!open_) return;
    wait_for_spacing(lock);
    Writing writing = take_batch();
    lock.unlock();
    const auto written = write(writing);
    lock.lock();
    in_flight_.clear();
    std::shared_ptr<Ticket> also;
    if (written) {
      settle(writing);
    } else {
      also = roll_back(writing);
    }
    lock.unlock();
    const Status outcome = written ? Status() : std::unexpected(written.error());
    writing.batch->ticket->complete(outcome, exceptions_);
    if (also) also->complete(outcome, exceptions_);
    lock.lock();
    in_flight_ticket_.reset();
  }
}

/// An exception, such as memory that ran out, is a write that failed. One under the lock ends the
/// process: half a change in memory would be believed, and the disk has a whole one.
Result<state::Revision> Ledger::write(Writing& writing) {
  Result<state::Revision> written =
      fail("the head could not write a change", "'journalctl -u musterd' says why");
  exceptions_.run([&] {
    prepare(writing);
    const state::Transaction& what = writing.transaction;
    const bool is_empty = what.changes.empty() && what.events.empty() && what.forgotten.empty();
    written =
        is_empty ? Result<state::Revision>(0) : store_.commit(what, writing.batch->durability);
  });
  exceptions_.run([&] { note_revisions(writing, written); });
  return written;
}

void Ledger::wait_for_spacing(std::unique_lock<std::mutex>& lock) {
  const std::int64_t rest_ms = spacing_ms_ - (os::steady_ms() - last_begin_ms_);
  if (rest_ms > 0) {
    changed_.wait_for(lock, std::chrono::milliseconds(rest_ms), [this] { return ends_; });
  }
  last_begin_ms_ = os::steady_ms();
}

Ledger::Writing Ledger::take_batch() {
  Writing writing{.batch = std::exchange(open_, nullptr)};
  in_flight_ticket_ = writing.batch->ticket;
  Batch& batch = *writing.batch;
  // All that is owed with every small change would make everybody wait on a disk that is full.
  if (ends_ || batch.now.steady_ms - failed_ms_ >= kOwedPauseMs) add_owed(batch);
  for (const auto* const ids : {&batch.observed, &batch.decided}) {
    for (const std::string& id : *ids) {
      const Member* const member = find(id);
      if (member == nullptr || writing.nodes.contains(id)) continue;
      writing.nodes[id] = {.node = member->node, .seen_ms = member->contact.wall_ms};
      in_flight_.insert(id);
    }
  }
  return writing;
}

bool Ledger::owes() const {
  return !owed_.empty() || !owed_events_.empty() || !owed_erased_.empty();
}

void Ledger::add_owed(Batch& batch) {
  batch.observed.merge(owed_);
  owed_.clear();
  for (auto& [id, member] : owed_erased_) {
    batch.erased.try_emplace(id, std::pair(std::move(member), false));
  }
  owed_erased_.clear();
  std::vector<std::pair<state::Event, bool>> events;
  for (state::Event& event : owed_events_) events.emplace_back(std::move(event), false);
  owed_events_.clear();
  std::ranges::move(batch.events, std::back_inserter(events));
  batch.events = std::move(events);
}

/// Makes the transaction: of ten thousand nodes that takes a second, and nobody waits for it.
void Ledger::prepare(Writing& writing) const {
  const Batch& batch = *writing.batch;
  for (const auto& [id, gone] : batch.erased) {
    add_documents(writing, id, nullptr);
    writing.transaction.forgotten.push_back(id);
  }
  for (auto& [id, taken] : writing.nodes) {
    auto node = std::make_shared<Node>(*taken.node);
    node->seen_ms = taken.seen_ms;
    taken.node = std::move(node);
    add_documents(writing, id, taken.node.get());
  }
  for (const auto& [event, is_decided] : batch.events) {
    if (!batch.erased.contains(event.subject)) writing.transaction.events.push_back(event);
  }
}

/// The changes that the node needs; of one that is erased (null), the removals.
void Ledger::add_documents(Writing& writing, const std::string& id, const Node* node) const {
  const auto kept = kept_.find(id);
  for (std::size_t i = 0; i < kNodeKinds.size(); ++i) {
    const state::Revision revision = kept == kept_.end() ? 0 : kept->second.revisions[i];
    state::Change change{.kind = std::string(kNodeKinds[i]),
                         .key = id,
                         .expected = revision,
                         .schema = schema_of(kNodeKinds[i])};
    if (node != nullptr) {
      const Node* const stored = kept == kept_.end() ? nullptr : kept->second.node.get();
      // A document of an earlier schema has all parts: each gets its own with the first change.
      if (revision != 0 && !differs(*node, stored, kNodeKinds[i])) continue;
      change.value = render_document(*node, kNodeKinds[i]);
    } else if (revision == 0) {
      continue;
    }
    writing.transaction.changes.push_back(std::move(change));
    writing.documents.emplace_back(id, i);
  }
}

/// What is on disk from now on; after a failure that is what can be read there.
void Ledger::note_revisions(Writing& writing, const Result<state::Revision>& written) {
  if (!written) {
    const std::vector<state::Revision> revisions = reread(writing);
    for (std::size_t i = 0; i < revisions.size(); ++i) {
      const auto& [id, kind] = writing.documents[i];
      Kept& kept = kept_[id];
      if (std::exchange(kept.revisions[kind], revisions[i]) == revisions[i]) continue;
      // It said that it failed, and did it: what is right is written over it.
      kept.node.reset();
      writing.suspect.insert(id);
    }
    return;
  }
  for (const auto& [id, kind] : writing.documents) kept_[id].revisions[kind] = *written;
  for (const auto& [id, taken] : writing.nodes) kept_[id].node = taken.node;
  for (const auto& [id, gone] : writing.batch->erased) kept_.erase(id);
}

void Ledger::settle(const Writing& writing) {
  const Now now = writing.batch->now;
  for (const auto& [id, taken] : writing.nodes) {
    // What was said meanwhile and needs no write is shown with it.
    const Member* const member = find(id);
    const bool is_newest = member != nullptr && !is_being_written(id);
    published_.show(id, is_newest ? member->node : taken.node, now);
  }
  for (const auto& [id, gone] : writing.batch->erased) published_.show(id, nullptr, now);
}

/// The revisions of the writing's documents, when it is not certain what a disk that failed took.
/// Empty: they could not be read either, and stay as they were believed to be.
std::vector<state::Revision> Ledger::reread(const Writing& writing) const {
  std::vector<state::Revision> revisions;
  for (const auto& [id, kind] : writing.documents) {
    const auto found = store_.find(kNodeKinds[kind], id);
    if (!found) return {};
    revisions.push_back(*found ? (*found)->revision : 0);
  }
  return revisions;
}

std::shared_ptr<Ticket> Ledger::roll_back(Writing& writing) {
  failed_ms_ = writing.batch->now.steady_ms;
  // What was decided since stands on what failed, and fails with it.
  const std::unique_ptr<Batch> later = std::exchange(open_, nullptr);
  for (const Batch* const batch :
       {std::as_const(writing.batch).get(), std::as_const(later).get()}) {
    if (batch == nullptr) continue;
    for (const auto& [id, gone] : batch->erased) {
      const auto& [member, is_decided] = gone;
      if (!is_decided) {
        owed_erased_.insert_or_assign(id, member);
        published_.show(id, nullptr, batch->now);
        continue;
      }
      drop_newcomers(*member.node);
      index(nullptr, member);
      members_.insert_or_assign(id, member);
      restore(id, batch->born);
    }
    for (const std::string& id : batch->decided) restore(id, batch->born);
    for (const std::string& id : batch->observed) owed_.insert(id);
    for (const auto& [event, is_decided] : batch->events) {
      if (!is_decided) owed_events_.push_back(event);
    }
  }
  if (owed_events_.size() > kMostOwedEvents) {
    owed_events_.erase(owed_events_.begin(), owed_events_.end() - kMostOwedEvents);
  }
  owed_.merge(writing.suspect);
  std::erase_if(owed_, [this](const std::string& id) { return find(id) == nullptr; });
  const Now now = writing.batch->now;
  for (const std::string& id : owed_) published_.show(id, find(id)->node, now);
  return later ? later->ticket : nullptr;
}

/// The machine of a node that was removed came again and was taken for a new one: the node is there
/// again.
void Ledger::drop_newcomers(const Node& node) {
  for (const MacAddress mac : node.hardware.macs) {
    const Member* const found = find(directory_.by_mac(mac));
    if (found == nullptr) continue;
    const std::string id = found->node->id;
    unindex(*found);
    members_.erase(id);
    published_.show(id, nullptr, {});
  }
}

/// The member is what readers saw last.
void Ledger::restore(const std::string& id, const std::set<std::string>& born) {
  const Member* const found = find(id);
  if (found == nullptr) return;
  Member member = *found;
  auto shown = published_.find(id);
  if (!shown && born.contains(id)) {
    unindex(member);
    members_.erase(id);
    return;
  }
  if (!shown) {
    // It came and was adopted at once: it waits again.
    auto node = std::make_shared<Node>(*member.node);
    static_cast<DesiredNode&>(*node) = {};
    static_cast<NodeIdentity&>(*node) = {};
    node->state = NodeState::discovered;
    shown = std::move(node);
  }
  if (shown->name.empty()) member.session.reset();
  if (has_lost_enrolment(*member.node, *shown) && member.session) {
    member.contact.proof_ms = member.session->proof_before_ms;
    member.session = reopened(*member.session);
  }
  member.node = std::make_shared<const Node>(taken_back(*member.node, *shown));
  index(found, member);
  members_.insert_or_assign(id, std::move(member));
}

}  // namespace muster::provisioning
