#include "operations/operation.h"

#include <algorithm>
#include <format>
#include <functional>
#include <utility>
#include <vector>

#include "core/base/node_set.h"
#include "core/base/text.h"
#include "core/crypto/hash.h"

namespace muster::operations {
namespace {

/// A part is given for so long before anybody looks where its node is.
constexpr std::int64_t kLookMs = 10'000;

std::size_t& counter(Operation& operation, PartState state) {
  return operation.counts[static_cast<std::size_t>(state)];
}

void count_in(Operation& operation, const Part& part) {
  ++counter(operation, part.state);
  if (part.state == PartState::failed && part.leaves) ++operation.lost;
}

/// Every change of a part goes through here.
void set_state(Operation& operation, Part& part, PartState state, Now now) {
  CHECK(!part.has_ended());
  --counter(operation, part.state);
  part.state = state;
  part.since_ms = now.steady_ms;
  count_in(operation, part);
  ++operation.version;
  if (!part.has_ended()) return;
  operation.turn_ms = now.steady_ms;
  if (operation.open_parts() == 0) operation.ended_ms = std::max<std::int64_t>(now.wall_ms, 1);
}

/// Why a try failed.
std::string reason_of(const Part& part) {
  if (!part.note.empty()) return part.note;
  return part.signal != 0 ? std::format("killed by signal {}", part.signal)
                          : std::format("exit status {}", part.status);
}

/// Of a part that does not begin any more: what its tries failed at is not forgotten.
std::string note_of_cancelled(const Part& part, const std::string& why) {
  if (part.tries == 0) return why;
  return why.empty() ? part.note : std::format("{}; {}", part.note, why);
}

bool is_tried_again(const Operation& operation, const Part& part, PartState state) {
  return (state == PartState::failed || state == PartState::unreached) && !operation.is_cancelled &&
         std::cmp_less(part.tries, operation.retries);
}

/// It waits for its next try.
void rest(Operation& operation, Part& part, Now now) {
  ++part.tries;
  const std::chrono::milliseconds pause = kRetryPauses.after(part.tries, {});
  part.note = std::format("try {} failed: {}", part.tries, reason_of(part));
  part.rests_until_ms = now.steady_ms + pause.count();
  part.boot.clear();
  part.absent_ms = 0;
  set_state(operation, part, PartState::waiting, now);
  if (operation.at_once != 0) operation.turn_ms = now.steady_ms;
}

void end_part(Operation& operation, Part& part, PartState state, std::string note, Now now) {
  part.note = std::move(note);
  if (is_tried_again(operation, part, state)) return rest(operation, part, now);
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

/// Since when a part is silent, and for how long it may be.
bool is_silent(const Operation& operation, const Part& part, bool has_place, Now now) {
  if (part.state == PartState::waiting) {
    const std::int64_t turn_ms = std::max({part.since_ms, operation.turn_ms, part.rests_until_ms});
    return has_place && now.steady_ms - turn_ms >= kReachMs;
  }
  const std::int64_t patience_ms = part.leaves || part.is_back ? kReturnMs
                                   : operation.is_cancelled
                                       ? kTellMs
                                       : std::int64_t{operation.timeout_s} * 1000 + kTellMs;
  return now.steady_ms - part.since_ms >= patience_ms;
}

/// Whether what was to be done is seen in where the node is.
bool is_seen_done(const Operation& operation, const Part& part, Presence presence, Now now) {
  if (part.state != PartState::given || !goes_down(operation.kind)) return false;
  if (is_reboot(operation)) return part.is_back && presence == Presence::ready;
  if (presence != Presence::off) return false;
  // An agent that is only started anew says that it stops as well. The word that its machine goes
  // down may have been lost.
  const bool stays_off = part.absent_ms != 0 && now.steady_ms - part.absent_ms >= kReachMs;
  return part.leaves || stays_off;
}

/// Whether the part's node is away for too long.
bool is_gone(const Operation& operation, Part& part, Presence presence, Now now) {
  if (presence == Presence::ready) part.absent_ms = 0;
  if (presence != Presence::ready && part.absent_ms == 0) part.absent_ms = now.steady_ms;
  const std::int64_t patience_ms = goes_down(operation.kind) ? kReturnMs : kAbsentMs;
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

void give_up(Operation& operation, Part& part, Now now) {
  if (part.state == PartState::waiting) {
    return end_part(operation, part, PartState::unreached, "its agent did not ask for work", now);
  }
  if (goes_down(operation.kind)) {
    const bool went = part.leaves || part.is_back;
    // Nobody knows whether it is up: it counts as away.
    part.leaves = true;
    if (went) {
      return end_part(operation, part, PartState::failed, "went down and did not come back ready",
                      now);
    }
  }
  const auto state = operation.is_cancelled ? PartState::cancelled : PartState::failed;
  end_part(operation, part, state, "its agent did not tell what came of it", now);
}

}  // namespace

bool goes_down(const std::string& kind) { return kind == "reboot" || kind == "shutdown"; }

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
  const bool has_it = std::ranges::contains(question.has, task_id(operation, part));
  if (part.has_ended()) return {.cancels = has_it && part.state != PartState::done};
  if (part.state == PartState::waiting) {
    const bool is_due = now.steady_ms >= part.rests_until_ms;
    return is_due && has_free_place(operation) ? give(operation, part, question, now) : Answer();
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
  // An earlier try, which was given up.
  if (report.id != task_id(operation, *part)) return false;
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

bool is_tried_again(const Operation& operation, const std::string& node_id,
                    const task::Report& report) {
  const auto part = operation.parts.find(node_id);
  return part != operation.parts.end() && !report.succeeded() &&
         is_tried_again(operation, part->second, PartState::failed);
}

bool cancel(Operation& operation, const std::string& why, Now now) {
  if (operation.has_ended() || operation.is_cancelled) return false;
  operation.is_cancelled = true;
  ++operation.version;
  for (auto& [id, part] : operation.parts) {
    if (part.state == PartState::waiting) {
      end_part(operation, part, PartState::cancelled, note_of_cancelled(part, why), now);
    } else if (part.state == PartState::given) {
      part.since_ms = now.steady_ms;
    }
  }
  return true;
}

void mark_unreachable(Operation& operation, const std::string& node_id, const std::string& obstacle,
                      Now now) {
  Part* const part = open_part(operation, node_id);
  if (part != nullptr) end_part(operation, *part, PartState::unreached, obstacle, now);
}

bool has_free_place(const Operation& operation) {
  if (operation.at_once == 0) return true;
  const std::size_t away = goes_down(operation.kind) ? operation.lost : 0;
  return operation.count(PartState::given) + away < operation.at_once;
}

bool pass_time(Operation& operation, Now now,
               const std::function<Presence(const std::string& node_id)>& presence) {
  if (operation.has_ended()) return false;
  const std::uint64_t before = operation.version;
  if (operation.deadline_ms != 0 && now.wall_ms >= operation.deadline_ms) {
    cancel(operation, "the operation's time was over", now);
  }
  const bool has_place = has_free_place(operation);
  for (auto& [id, part] : operation.parts) {
    if (part.has_ended()) continue;
    // Most commands are over before it matters where their nodes are.
    const bool looks = part.state == PartState::given &&
                       (goes_down(operation.kind) || now.steady_ms - part.since_ms >= kLookMs);
    const Presence seen = looks ? presence(id) : Presence::ready;
    if (is_seen_done(operation, part, seen, now)) {
      end_part(operation, part, PartState::done, "", now);
    } else if (is_gone(operation, part, seen, now) || is_silent(operation, part, has_place, now)) {
      give_up(operation, part, now);
    }
  }
  const bool is_stuck =
      operation.at_once != 0 && goes_down(operation.kind) && operation.lost >= operation.at_once;
  if (is_stuck) stop_rolling(operation, now);
  return operation.version != before;
}

std::string_view state_of(const Operation& operation) {
  if (!operation.has_ended()) return operation.is_cancelled ? "ending" : "running";
  const auto all = std::ranges::fold_left(operation.counts, std::size_t{0}, std::plus());
  if (operation.count(PartState::done) == all) return "done";
  return operation.is_cancelled ? "cancelled" : "failed";
}

std::string told_begin(const Operation& operation) {
  constexpr std::size_t kLongest = 200;
  std::string text =
      std::format("begun by {} on {}: {} {}", operation.by, printable(operation.nodes, kLongest),
                  operation.kind, printable(join(operation.words, " "), kLongest));
  if (!operation.reason.empty()) text += std::format(" ({})", operation.reason);
  return text;
}

std::string told_end(const Operation& operation) {
  std::vector<std::string> parts;
  for (const PartState state : kPartStates) {
    if (const std::size_t count = operation.count(state); count != 0) {
      parts.push_back(std::format("{} {}", count, to_string(state)));
    }
  }
  return std::format("ended, {}: {}", state_of(operation), join(parts, ", "));
}

std::string task_id(const Operation& operation, const Part& part) {
  return part.tries == 0 ? operation.id : std::format("{}{:02x}", operation.id, part.tries);
}

std::string operation_of(const std::string& task_id) {
  return task_id.size() <= kIdLength ? task_id : task_id.substr(0, kIdLength);
}

task::Task Operation::task(const Part& part) const {
  return {task_id(*this, part), kind, words, timeout_s};
}

void complete(Operation& operation, Now now) {
  std::vector<std::string> names;
  operation.counts = {};
  operation.lost = 0;
  for (const auto& [id, part] : operation.parts) {
    names.push_back(part.node);
    count_in(operation, part);
  }
  operation.nodes = fold_names(names);
  operation.output_bytes = 0;
  for (const auto& [name, bytes] : operation.outputs) operation.output_bytes += bytes;
  operation.turn_ms = now.steady_ms;
}

Operation without_parts(const Operation& operation) {
  return {.id = operation.id,
          .kind = operation.kind,
          .words = operation.words,
          .timeout_s = operation.timeout_s,
          .at_once = operation.at_once,
          .retries = operation.retries,
          .deadline_ms = operation.deadline_ms,
          .by = operation.by,
          .reason = operation.reason,
          .is_cancelled = operation.is_cancelled,
          .begun_ms = operation.begun_ms,
          .ended_ms = operation.ended_ms,
          .nodes = operation.nodes,
          .counts = operation.counts,
          .lost = operation.lost,
          .output_bytes = operation.output_bytes,
          .turn_ms = operation.turn_ms,
          .version = operation.version};
}

std::string output_name(const std::string& text) {
  return text.empty() ? std::string() : crypto::sha256(text);
}

}  // namespace muster::operations
