// How an extension hears of nodes: in the order of the log, and from where it was told last.

#include <algorithm>
#include <format>

#include "control/change_feed.h"
#include "control/extension_notes.h"
#include "control/extension_worker.h"
#include "core/os/clock.h"
#include "core/os/jitter.h"

namespace muster::control {

namespace {

using extensions::Hook;
using nlohmann::json;
using os::steady_ms;

/// Nodes of one call, and events that are looked at before it is noted how far.
constexpr std::size_t kMostTold = kMostChanges;
constexpr Backoff kTellAgain{.first = std::chrono::seconds(5), .longest = std::chrono::minutes(5)};

Hook hook_of(provisioning::Turn turn) {
  switch (turn) {
    case provisioning::Turn::ready:
      return Hook::nodes_ready;
    case provisioning::Turn::failed:
      return Hook::nodes_failed;
    case provisioning::Turn::left:
      break;
  }
  return Hook::nodes_left;
}

}  // namespace

/// How far it was told before this daemon. Errors: a newer version wrote it; the store.
Status ExtensionWorker::read_heard() {
  if (is_heard_read_) return {};
  TRY_ASSIGN(const auto document,
             world_.decisions.store().find(kExtensionHeardKind, extension_.grant.name));
  if (document) {
    const auto event = parse_heard(document->value);
    if (!event && event.error().kind == ErrorKind::conflict) return std::unexpected(event.error());
    // Of one that cannot be read it is told again which nodes are ready.
    if (event) heard_ = *event;
    // A head that was restored from a backup knows less than it did.
    if (heard_ && *heard_ > world_.decisions.store().newest_event()) heard_.reset();
  }
  written_ = heard_.value_or(0);
  is_heard_read_ = true;
  return {};
}

/// What the disk does not take is noted with the next turns: they are told again when the daemon
/// starts anew before that.
void ExtensionWorker::write_heard() {
  const std::scoped_lock one_decision(world_.decisions.one_at_a_time());
  if (!world_.is_asked(extension_.grant)) return;
  const auto written =
      world_.decisions.store().commit({.changes = {{.kind = kExtensionHeardKind,
                                                    .key = extension_.grant.name,
                                                    .value = render_heard(*heard_),
                                                    .schema = kExtensionHeardDocument.schema()}}},
                                      state::Durability::relaxed);
  if (written) written_ = *heard_;
}

Status ExtensionWorker::tell(Hook hook, const json& nodes) {
  const auto told = ask(hook, {{"nodes", nodes}});
  return told ? Status() : std::unexpected(told.error());
}

/// So many nodes are told at once: fewer each time when a hook does not manage in its time.
std::size_t ExtensionWorker::most_told() const {
  return std::max<std::size_t>(kMostTold >> static_cast<unsigned>(std::min(failures_, 10)), 1);
}

/// Which nodes are ready, for one that heard of none yet: as many as are told at once.
Status ExtensionWorker::tell_first() {
  if (!first_) {
    // First: what happens meanwhile is told after it.
    first_ = First{.event = world_.decisions.store().newest_event()};
    TRY(world_.show_written());
    if (has(Hook::nodes_ready)) first_->nodes = world_.ready_nodes();
  }
  json some = json::array();
  const std::size_t end = std::min(first_->told + most_told(), first_->nodes.size());
  for (std::size_t i = first_->told; i < end; ++i) {
    some.push_back(first_->nodes.at(i));
    some.back()["event"] = first_->event;
    some.back()["time_ms"] = world_.decisions.now_ms();
  }
  if (!some.empty()) TRY(tell(Hook::nodes_ready, some));
  first_->told = end;
  if (end < first_->nodes.size()) return {};
  heard_ = first_->event;
  first_.reset();
  write_heard();
  return {};
}

/// What is told of a node that is still there, or left; null: nothing.
json ExtensionWorker::told_node(const provisioning::NodeTurn& turn,
                                const state::Event& event) const {
  json node = world_.describe(turn.id);
  const bool is_gone = node.is_null();
  if (is_gone && turn.turn != provisioning::Turn::left) return node;
  // Of what was removed no more is known.
  if (is_gone) node = {{"name", turn.name}, {"address", ""}, {"profile", ""}, {"state", "removed"}};
  node["event"] = event.id;
  node["time_ms"] = event.time_ms;
  return node;
}

/// The next turns of one kind that it listens to, and how far the log was looked at for them.
Result<ExtensionWorker::Batch> ExtensionWorker::find_batch() {
  TRY_ASSIGN(const News news, read_news(world_.decisions.store(), *heard_));
  TRY(world_.show_written());
  Batch batch{.last = news.next};
  for (const state::Event& event : news.events) {
    const auto turn = provisioning::parse_turn(event);
    if (!turn || !has(hook_of(turn->turn))) continue;
    json node = told_node(*turn, event);
    if (node.is_null()) continue;
    if (batch.nodes.empty()) batch.hook = hook_of(turn->turn);
    if (hook_of(turn->turn) != batch.hook || batch.nodes.size() == most_told()) {
      batch.last = event.id - 1;
      break;
    }
    batch.nodes.push_back(std::move(node));
  }
  return batch;
}

Status ExtensionWorker::tell_next(bool& is_all_told) {
  TRY(read_heard());
  if (!heard_) return tell_first();
  is_all_told = world_.decisions.store().newest_event() <= *heard_;
  if (is_all_told) return {};
  TRY_ASSIGN(const Batch batch, find_batch());
  if (!batch.nodes.empty()) TRY(tell(batch.hook, batch.nodes));
  heard_ = batch.last;
  if (!batch.nodes.empty() || *heard_ - written_ > kMostTold) write_heard();
  return {};
}

/// One call at most: verbs and rounds have their turns, too.
void ExtensionWorker::tell_turns() {
  if (failures_ != 0 && steady_ms() < tell_ms_) return;
  bool is_all_told = false;
  const Status told = tell_next(is_all_told);
  note_failure("nodes", told);
  if (told) {
    failures_ = 0;
    if (!is_all_told) wake();
    return;
  }
  tell_ms_ = steady_ms() + kTellAgain.after(++failures_, os::random_part()).count();
}

}  // namespace muster::control
