#include "provisioning/ledger.h"

#include <algorithm>
#include <array>
#include <format>
#include <utility>

#include "core/base/text.h"
#include "provisioning/node_documents.h"
#include "provisioning/node_turns.h"

namespace muster::provisioning {
namespace {

/// Where it stands among the machines that nobody adopted.
std::pair<std::int64_t, std::string> age_of(const Member& member) {
  return {member.contact.any_ms, member.node->id};
}

}  // namespace

const Member* Ledger::find(const std::string& id) const {
  const auto found = members_.find(id);
  return found == members_.end() ? nullptr : &found->second;
}

const Member* Ledger::find_by_secret(const std::string& session_secret) const {
  const auto found = by_secret_.find(session_secret);
  return found == by_secret_.end() ? nullptr : find(found->second);
}

const Member* Ledger::find_by_token(const std::string& token_hash) const {
  const auto found = by_token_.find(token_hash);
  return found == by_token_.end() ? nullptr : find(found->second);
}

std::shared_ptr<Ticket> Ledger::ticket() const {
  if (open_) return open_->ticket;
  return in_flight_ticket_ && !in_flight_ticket_->is_complete() ? in_flight_ticket_ : nullptr;
}

std::string Ledger::oldest_unnamed() const {
  return unnamed_by_age_.empty() ? std::string() : unnamed_by_age_.begin()->second;
}

void Ledger::unindex(const Member& member) {
  directory_.drop(*member.node);
  unnamed_by_age_.erase(age_of(member));
  if (!member.session) return;
  by_secret_.erase(member.session->secret);
  by_token_.erase(member.session->token_hash);
}

void Ledger::index(const Member* before, const Member& after) {
  const bool same_session = before != nullptr && before->session == after.session;
  if (before != nullptr) {
    if (before->node->name.empty()) unnamed_by_age_.erase(age_of(*before));
    if (before->session && !same_session) {
      by_secret_.erase(before->session->secret);
      by_token_.erase(before->session->token_hash);
    }
  }
  if (before == nullptr) {
    directory_.add(*after.node);
  } else {
    directory_.change(*before->node, *after.node);
  }
  if (after.node->name.empty()) unnamed_by_age_.insert(age_of(after));
  if (!after.session || same_session) return;
  by_secret_[after.session->secret] = after.node->id;
  by_token_[after.session->token_hash] = after.node->id;
}

Ledger::Batch& Ledger::open_batch(Write write, Now now) {
  if (!open_) {
    open_ = std::make_unique<Batch>();
    changed_.notify_all();
  }
  if (write != Write::relaxed) open_->durability = state::Durability::full;
  open_->now = now;
  return *open_;
}

bool Ledger::is_being_written(const std::string& id) const {
  return in_flight_.contains(id) ||
         (open_ && (open_->observed.contains(id) || open_->decided.contains(id)));
}

void Ledger::put(Member member, Outcome outcome, Now now) {
  const std::string id = member.node->id;
  const Member* const before = find(id);
  const bool is_new = before == nullptr;
  if (const auto turn = turn_between(is_new ? nullptr : before->node.get(), member.node.get())) {
    // First: what people see of it is the newest event.
    outcome.events.insert(outcome.events.begin(), turn_event(*turn, now));
    // The node says it again by itself.
    if (outcome.write == Write::none) outcome.write = Write::relaxed;
  }
  index(before, member);
  const bool is_other = is_new || before->node != member.node;
  const std::shared_ptr<const Node> node = member.node;
  members_.insert_or_assign(id, std::move(member));
  if (outcome.write == Write::none && outcome.events.empty()) {
    if (is_other && !is_being_written(id)) published_.show(id, node, now);
    return;
  }
  Batch& batch = open_batch(outcome.write, now);
  const bool is_decided = outcome.write == Write::decided;
  (is_decided ? batch.decided : batch.observed).insert(id);
  if (is_new && is_decided) batch.born.insert(id);
  for (state::Event& event : outcome.events) add_event(batch, std::move(event), is_decided);
}

/// Anybody can make a machine that has no name: its timeline is not for ever.
void Ledger::add_event(Batch& batch, state::Event event, bool is_decided) const {
  const Member* const member = find(event.subject);
  if (member != nullptr && member->node->name.empty()) {
    event.retention = state::Retention::passing;
  }
  batch.events.emplace_back(std::move(event), is_decided);
}

void Ledger::erase(const std::string& id, Write write, Now now) {
  const Member* const known = find(id);
  if (known == nullptr) return;
  unindex(*known);
  Batch& batch = open_batch(write, now);
  batch.erased.insert_or_assign(id, std::pair(*known, write == Write::decided));
  if (const auto turn = turn_between(known->node.get(), nullptr)) {
    batch.events.emplace_back(turn_event(*turn, now), write == Write::decided);
  }
  members_.erase(id);
}

void Ledger::note(state::Event event, Write write, Now now) {
  Batch& batch = open_batch(write, now);
  add_event(batch, std::move(event), write == Write::decided);
}

void Ledger::pass_time(Now now) {
  published_.pass_time(now);
  if (owes() && now.steady_ms - failed_ms_ >= kOwedPauseMs) open_batch(Write::relaxed, now);
}

Snapshot Ledger::snapshot() const {
  Snapshot snapshot{.generation = published_.generation()};
  snapshot.nodes.reserve(members_.size());
  published_.directory().each([&](const std::string& id) {
    auto node = published_.find(id);
    const Member* const member = find(id);
    const std::int64_t seen_ms = member == nullptr ? node->seen_ms : member->contact.wall_ms;
    snapshot.nodes.push_back({.node = std::move(node), .seen_ms = seen_ms});
  });
  return snapshot;
}

std::optional<Node> Ledger::shown(const std::string& id) const {
  const auto node = published_.find(id);
  if (!node) return std::nullopt;
  Node copy = *node;
  if (const Member* const member = find(id)) copy.seen_ms = member->contact.wall_ms;
  return copy;
}

Result<std::unique_ptr<Ledger>> Ledger::open(state::Store& store, Now opened,
                                             std::int64_t spacing_ms) {
  std::unique_ptr<Ledger> ledger(new Ledger(store, spacing_ms));
  TRY(ledger->load(opened));
  ledger->writer_ = std::thread([raw = ledger.get()] { raw->run(); });
  return ledger;
}

Ledger::~Ledger() {
  {
    const std::scoped_lock lock(mutex_);
    if (owes()) open_batch(Write::relaxed, {});
    ends_ = true;
    changed_.notify_all();
  }
  if (writer_.joinable()) writer_.join();
}

Status Ledger::load(Now opened) {
  std::map<std::string, Node> nodes;
  std::map<std::string, Kept> kept;
  for (std::size_t i = 0; i < kNodeKinds.size(); ++i) {
    TRY_ASSIGN(const std::vector<state::Document> documents, store_.list(kNodeKinds[i]));
    for (const state::Document& document : documents) {
      Node& node = nodes[document.key];
      node.id = document.key;
      if (const Status read = read_document(node, kNodeKinds[i], document.value); !read) {
        // Of a newer version, which finds it again only where it is.
        if (read.error().kind == ErrorKind::conflict) {
          return wrap(std::format("machine {}", printable(document.key, 64)), read.error());
        }
        put_aside(document, read.error());
        continue;
      }
      kept[document.key].revisions[i] = document.revision;
    }
  }
  for (auto& [id, node] : nodes) {
    // Without a card no machine is known again, and a part that is missing is the whole node's.
    if (node.hardware.macs.empty() || kept[id].revisions[0] == 0) {
      note_loss(id, node);
      continue;
    }
    // The head's clock may have been ahead when this was written.
    node.seen_ms = std::min(node.seen_ms, opened.wall_ms);
    Member member{.node = std::make_shared<const Node>(node)};
    member.contact = {
        .any_ms = opened.steady_ms, .proof_ms = opened.steady_ms, .wall_ms = node.seen_ms};
    if (node.reboot) {
      const std::int64_t age_ms = opened.wall_ms - node.reboot->asked_ms;
      member.contact.wish_ms =
          opened.steady_ms - std::clamp<std::int64_t>(age_ms, 0, kRebootWishMs);
    }
    index(nullptr, member);
    published_.show(id, member.node, opened);
    kept[id].node = member.node;
    kept_[id] = kept[id];
    members_.emplace(id, std::move(member));
  }
  return {};
}

/// What is left of a node is of no use without the rest. Told once for each node.
void Ledger::note_loss(const std::string& id, const Node& rest) {
  if (std::ranges::contains(damaged_, id, &DamagedDocument::key)) return;
  damaged_.push_back({.kind = std::string(kDesiredKind),
                      .key = id,
                      .reason = std::format("parts of it are missing ({})",
                                            rest.name.empty() ? "it has no name" : rest.name)});
}

/// The document stays in the store, under a kind that nobody reads, and the cluster goes on.
void Ledger::put_aside(const state::Document& document, const Error& why) {
  damaged_.push_back({.kind = document.kind, .key = document.key, .reason = why.text()});
  const auto moved = store_.commit(
      {.changes = {{.kind = "damaged",
                    .key = std::format("{}/{}", document.kind, document.key),
                    .value = document.value,
                    .schema = document.schema},
                   {.kind = document.kind, .key = document.key, .value = std::nullopt}}});
  // On a disk that takes nothing it is where it was, and is put aside at the next start.
  if (!moved) damaged_.back().reason += "; " + moved.error().text();
}

}  // namespace muster::provisioning
