#include "operations/operation.h"

#include <algorithm>
#include <format>

#include "core/os/hash.h"

namespace muster::operations {
namespace {

/// A part is given for so long before anybody looks where its node is.
constexpr std::int64_t kLookMs = 10'000;

/// Every change of a part goes through here.
void set_state(Operation& operation, Part& part, PartState state, Now now) {
  CHECK(!part.has_ended());
  part.state = state;
  part.since_ms = now.steady_ms;
  ++operation.version;
  if (!part.has_ended()) return;
  operation.turn_ms = now.steady_ms;
  --operation.open_parts;
  if (operation.open_parts == 0) operation.ended_ms = std::max<std::int64_t>(now.wall_ms, 1);
}

void end_part(Operation& operation, Part& part, PartState state, std::string note, Now now) {
  part.note = std::move(note);
  set_state(operation, part, state, now);
}

/// Null: this node has no part, or has ended it.
Part* open_part(Operation& operation, const std::string& node_id) {
  const auto found = operation.parts.find(node_id);
  return found == operation.parts.end() || found->second.has_ended() ? nullptr : &found->second;
}

Answer give(Operation& operation, Part& part, const task::Question& question, Now now) {
  if (!std::ranges::contains(question.kinds, operation.kind)) {
    end_part(operation, part, PartState::failed,
             "its agent is of another version and cannot do this; boot the node again", now);
    return {.moves = true};
  }
  part.boot = question.boot;
  set_state(operation, part, PartState::given, now);
  return {.moves = true, .gives = true};
}

bool is_reboot(const Operation& operation) { return operation.kind == "reboot"; }

bool goes_down(const Operation& operation) {
  return is_reboot(operation) || operation.kind == "shutdown";
}

/// Since when a part is silent, and for how long it may be.
bool is_silent(const Operation& operation, const Part& part, bool has_place, Now now) {
  if (part.state == PartState::waiting) {
    return has_place && now.steady_ms - std::max(part.since_ms, operation.turn_ms) >= kReachMs;
  }
  const std::int64_t patience_ms = part.leaves || part.is_back ? kReturnMs
                                   : operation.is_cancelled
                                       ? kTellMs
                                       : std::int64_t{operation.timeout_s} * 1000 + kTellMs;
  return now.steady_ms - part.since_ms >= patience_ms;
}

/// Whether what was to be done is seen in where the node is.
bool is_seen_done(const Operation& operation, const Part& part, Presence presence) {
  if (part.state != PartState::given || !goes_down(operation)) return false;
  if (is_reboot(operation)) return part.is_back && presence == Presence::ready;
  return presence == Presence::off;
}

/// Whether the part's node is away for too long.
bool is_gone(const Operation& operation, Part& part, Presence presence, Now now) {
  if (presence == Presence::ready) part.absent_ms = 0;
  if (presence != Presence::ready && part.absent_ms == 0) part.absent_ms = now.steady_ms;
  const std::int64_t patience_ms = goes_down(operation) ? kReturnMs : kAbsentMs;
  return part.absent_ms != 0 && now.steady_ms - part.absent_ms >= patience_ms;
}

/// A rolling restart that may go no further.
void stop_rolling(Operation& operation, Now now) {
  for (auto& [id, part] : operation.parts) {
    if (part.state != PartState::waiting) continue;
    end_part(operation, part, PartState::cancelled,
             "as many nodes as may be away at once did not come back", now);
  }
}

/// Nodes that went down, or of which nobody knows, and that are not back.
std::size_t count_lost(const Operation& operation) {
  return static_cast<std::size_t>(std::ranges::count_if(operation.parts, [](const auto& entry) {
    return entry.second.state == PartState::failed && entry.second.leaves;
  }));
}

std::size_t count_in(const Operation& operation, PartState state) {
  return static_cast<std::size_t>(std::ranges::count_if(
      operation.parts, [state](const auto& entry) { return entry.second.state == state; }));
}

void give_up(Operation& operation, Part& part, Now now) {
  if (part.state == PartState::waiting) {
    return end_part(operation, part, PartState::unreached, "its agent did not ask for work", now);
  }
  const bool knows = !goes_down(operation) || part.leaves || part.is_back;
  part.leaves = part.leaves || goes_down(operation);
  if (goes_down(operation) && knows) {
    return end_part(operation, part, PartState::failed, "went down and did not come back ready",
                    now);
  }
  const auto state = operation.is_cancelled ? PartState::cancelled : PartState::failed;
  end_part(operation, part, state, "its agent did not tell what came of it", now);
}

}  // namespace

std::string_view to_string(PartState state) {
  switch (state) {
    case PartState::waiting:
      return "waiting";
    case PartState::given:
      return "given";
    case PartState::done:
      return "done";
    case PartState::failed:
      return "failed";
    case PartState::unreached:
      return "unreached";
    case PartState::cancelled:
      return "cancelled";
  }
  return "";
}

Answer ask(Operation& operation, const std::string& node_id, const task::Question& question,
           Now now) {
  const auto found = operation.parts.find(node_id);
  if (found == operation.parts.end()) return {};
  Part& part = found->second;
  const bool has_it = std::ranges::contains(question.has, operation.id);
  if (part.has_ended()) return {.cancels = has_it && part.state != PartState::done};
  if (part.state == PartState::waiting) {
    return has_free_place(operation) ? give(operation, part, question, now) : Answer();
  }
  if (part.boot != question.boot && is_reboot(operation)) {
    if (part.is_back) return {};
    part.is_back = true;
    part.note = "has started anew";
    part.since_ms = now.steady_ms;
    ++operation.version;
    return {.moves = true};
  }
  if (part.boot != question.boot) {
    end_part(operation, part, PartState::failed,
             "the node started anew before it told what came of it", now);
    return {.moves = true};
  }
  return {.gives = !has_it && !operation.is_cancelled, .cancels = has_it && operation.is_cancelled};
}

bool report(Operation& operation, const std::string& node_id, const task::Report& report, Now now) {
  Part* const part = open_part(operation, node_id);
  if (part == nullptr || part->state == PartState::waiting) return false;
  if (!report.has_ended) {
    if (part->note == report.note || part->is_back) return false;
    part->note = report.note;
    if (report.leaves) part->since_ms = now.steady_ms;
    part->leaves = report.leaves;
    ++operation.version;
    return true;
  }
  // Its agent ends with it, and tells nothing more in this boot.
  if (report.leaves) return false;
  part->status = report.status;
  part->signal = report.signal;
  part->out = output_name(report.out);
  part->err = output_name(report.err);
  part->dropped = report.dropped;
  const auto state = report.succeeded()       ? PartState::done
                     : operation.is_cancelled ? PartState::cancelled
                                              : PartState::failed;
  end_part(operation, *part, state, report.note, now);
  return true;
}

bool cancel(Operation& operation, Now now) {
  if (operation.has_ended() || operation.is_cancelled) return false;
  operation.is_cancelled = true;
  ++operation.version;
  for (auto& [id, part] : operation.parts) {
    if (part.state == PartState::waiting) {
      end_part(operation, part, PartState::cancelled, "", now);
    } else if (part.state == PartState::given) {
      part.since_ms = now.steady_ms;
    }
  }
  return true;
}

bool has_free_place(const Operation& operation) {
  if (operation.at_once == 0) return true;
  const std::size_t away = goes_down(operation) ? count_lost(operation) : 0;
  return count_in(operation, PartState::given) + away < operation.at_once;
}

bool pass_time(Operation& operation, Now now,
               const std::function<Presence(const std::string& node_id)>& presence) {
  if (operation.has_ended()) return false;
  const std::uint64_t before = operation.version;
  const bool has_place = has_free_place(operation);
  for (auto& [id, part] : operation.parts) {
    if (part.has_ended()) continue;
    // Most commands are over before it matters where their nodes are.
    const bool looks = part.state == PartState::given &&
                       (goes_down(operation) || now.steady_ms - part.since_ms >= kLookMs);
    const Presence seen = looks ? presence(id) : Presence::ready;
    if (is_seen_done(operation, part, seen)) {
      end_part(operation, part, PartState::done, "", now);
    } else if (is_gone(operation, part, seen, now) || is_silent(operation, part, has_place, now)) {
      give_up(operation, part, now);
    }
  }
  const bool is_stuck =
      operation.at_once != 0 && goes_down(operation) && count_lost(operation) >= operation.at_once;
  if (is_stuck) stop_rolling(operation, now);
  return operation.version != before;
}

void count_open(Operation& operation) {
  operation.open_parts = static_cast<std::size_t>(std::ranges::count_if(
      operation.parts, [](const auto& entry) { return !entry.second.has_ended(); }));
}

std::string output_name(const std::string& text) {
  return text.empty() ? std::string() : os::sha256(text);
}

std::map<PartState, std::size_t> count(const Operation& operation) {
  std::map<PartState, std::size_t> counts;
  for (const auto& [id, part] : operation.parts) ++counts[part.state];
  return counts;
}

}  // namespace muster::operations
