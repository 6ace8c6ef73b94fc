// What nodes with a certificate say, and what their silence means.

#include <algorithm>
#include <format>

#include "provisioning/hardware_change.h"
#include "provisioning/transitions.h"

namespace muster::provisioning {

using state::Event;

namespace {

/// What was no longer as its plan says, and was put right.
std::vector<Event> note_drift(Node& node, const NodeReport& report, Now now) {
  std::vector<Event> events;
  for (const std::string& what : report.drift) {
    node.drift = what;
    node.drifts = std::min(node.drifts + 1, 1'000'000);
    events.push_back(event(node, "drift", "put right: " + what, now));
  }
  return events;
}

/// What left its plan and cannot go yet, for whoever waits for it.
std::vector<Event> note_kept(const Node& node, const NodeReport& report, Now now) {
  std::vector<Event> events;
  for (const std::string& what : report.kept) {
    events.push_back(event(node, "kept", "still there: " + what, now));
  }
  return events;
}

/// A running node that takes over another plan goes on with its jobs: it stays ready.
NodeState state_after(const NodeReport& report, NodeState before) {
  if (!report.failure.empty()) return NodeState::failed;
  if (report.stage == "ready") return NodeState::ready;
  if (report.stage == "stopping") return NodeState::off;
  const bool goes_on = report.stage == "plan" && before == NodeState::ready;
  return goes_on ? NodeState::ready : NodeState::booting;
}

/// Whether the node speaks after a silence in which the scheduler may have given it up; one that
/// boots was not there yet.
bool has_returned(const Node& node, const Contact& contact, Now now) {
  const bool was_there = node.state != NodeState::booting;
  // The daemon may have started anew since, and counts the silence from then.
  const bool was_lost = node.state == NodeState::failed && node.stage == "lost";
  return was_lost || (was_there && now.steady_ms - contact.proof_ms >= kLostMs);
}

/// The node itself was heard.
void note_proof(Member& member, Now now) {
  member.contact.any_ms = now.steady_ms;
  member.contact.proof_ms = now.steady_ms;
  member.contact.wall_ms = now.wall_ms;
  member.contact.is_proved = true;
}

/// The same, and what of the node follows from it.
void note_sign_of_life(Member& member, Node& node, Now now) {
  if (has_returned(node, member.contact, now)) node.returned_ms = now.wall_ms;
  note_proof(member, now);
}

/// Another machine claimed to be this node, which lives: it is again what it was before.
Event end_claim(Member& member, Node& node, Now now) {
  const Session& claim = *member.session;
  node.state = claim.state_before;
  node.stage = claim.stage_before;
  node.reason = claim.reason_before;
  node.progress = 0;
  node.claimed_mac.reset();
  const std::string text = std::format(
      "a machine at {} with the card {} asked to boot as {}, which is up; it gets no "
      "certificate",
      to_string(claim.address), to_string(claim.hardware.macs.front()), node.name);
  member.session.reset();
  return event(node, "alarm", text, now);
}

std::vector<Event> take_cards(Node& node, const NodeReport& report, Now now) {
  Hardware& hardware = node.hardware;
  const bool same =
      !report.accelerators || (*report.accelerators == hardware.accelerators &&
                               report.accelerators_left_out == hardware.left_out.accelerators);
  if (same) return {};
  hardware.accelerators = *report.accelerators;
  hardware.left_out.accelerators = report.accelerators_left_out;
  return {event(node, "hardware", accelerators_text(hardware), now)};
}

/// How what a report changed must be written. `told` is what is to be noted of it.
Write write_of(const Node& before, const Node& after, const NodeReport& report, bool told) {
  // What a node says once is kept. That it is ready its heartbeats say again.
  const bool once = report.stage == "stopping" || !(after.hardware == before.hardware);
  if (once && !(after == before)) return Write::full;
  return told || !(after == before) ? Write::relaxed : Write::none;
}

/// Marks a node that should have spoken; what is to be noted of it.
std::optional<std::string> give_up_silent(const Member& member, Node& node, Now now) {
  const std::int64_t unproved_ms = now.steady_ms - member.contact.proof_ms;
  const std::int64_t silent_ms = now.steady_ms - member.contact.any_ms;
  // An agent of an earlier version sends no heartbeats while it makes a plan true.
  const std::int64_t quiet_ms = node.stage == "plan" ? kBootSilenceMs : kLostMs;
  const bool lost = node.state == NodeState::ready && unproved_ms >= quiet_ms;
  // A machine that fetches its image speaks at every few per cent; other stages may take long.
  const std::int64_t patience = node.stage == "image" ? kImageSilenceMs : kBootSilenceMs;
  const bool stuck = node.state == NodeState::booting && silent_ms >= patience;
  if (!lost && !stuck) return std::nullopt;
  if (lost) node.stage = "lost";
  node.state = NodeState::failed;
  node.reason = std::format("no message for {} s; is it on, and is its cable in?",
                            (lost ? unproved_ms : silent_ms) / 1000);
  return node.stage + ": " + node.reason;
}

/// Takes back a wish that came to nothing; what is to be noted of it.
std::optional<std::string> give_up_reboot(const Member& member, Node& node, Now now) {
  if (!node.reboot) return std::nullopt;
  const bool is_going = node.state == NodeState::off || node.state == NodeState::booting;
  if (is_going || now.steady_ms - member.contact.wish_ms < kRebootWishMs) return std::nullopt;
  node.reboot.reset();
  if (node.stage == "reboot") node.stage = "ready";
  return std::format("did not reboot within {} s of being asked, and is not expected to any more",
                     kRebootWishMs / 1000);
}

/// Whether time alone may change the node: most nodes are looked at twice a second for nothing.
bool may_change_by_time(const Member& member, Now now) {
  const Node& node = *member.node;
  if (node.reboot) return true;
  const std::int64_t silent_ms =
      now.steady_ms - std::min(member.contact.any_ms, member.contact.proof_ms);
  return (node.state == NodeState::ready || node.state == NodeState::booting) &&
         silent_ms >= kImageSilenceMs;
}

}  // namespace

std::string who(const Node& node) {
  return node.name.empty() ? to_string(node.hardware.macs.front()) : node.name;
}

Event event(const Node& node, std::string kind, std::string text, Now now) {
  return {
      .time_ms = now.wall_ms, .subject = node.id, .kind = std::move(kind), .text = std::move(text)};
}

std::vector<Event> stage_events(const Node& node, const std::string& stage,
                                const std::string& failure, const std::vector<std::string>& console,
                                Now now) {
  if (failure.empty()) return {event(node, "stage", stage, now)};
  std::vector<Event> events;
  for (const std::string& line : console) events.push_back(event(node, "console", line, now));
  events.push_back(event(node, "failed", stage + ": " + failure, now));
  return events;
}

Answer show(Member& member, const std::string& serial, Now now) {
  const Node& known = *member.node;
  if (serial.empty() || (serial != known.certificate_serial && serial != known.offered_serial)) {
    return {.refusal = Error{.message = "the certificate was replaced by a newer one",
                             .hint = "boot the node again",
                             .kind = ErrorKind::denied}};
  }
  const bool is_claimed = member.session && member.session->state != Session::State::over;
  const bool is_plain = !is_claimed && serial != known.offered_serial;
  // Every request of every node comes by here.
  if (is_plain && !has_returned(known, member.contact, now)) {
    note_proof(member, now);
    return {};
  }
  auto node = std::make_shared<Node>(known);
  Answer answer;
  // The store has the offer: a head that starts anew takes the new one as this one does.
  if (serial == known.offered_serial) {
    node->certificate_serial = std::exchange(node->offered_serial, "");
  }
  if (is_claimed) answer.outcome.events.push_back(end_claim(member, *node, now));
  note_sign_of_life(member, *node, now);
  if (*node == known) return answer;
  answer.outcome.write = Write::relaxed;
  member.node = std::move(node);
  return answer;
}

Answer offer(Member& member, const std::string& used, const Credentials& given, Now now) {
  if (member.node->certificate_serial != used) {
    return {.refusal = Error{.message = "the certificate was replaced meanwhile",
                             .hint = "ask again with the new one",
                             .kind = ErrorKind::conflict}};
  }
  auto node = std::make_shared<Node>(*member.node);
  node->offered_serial = given.serial;
  // It takes over with the plan, and the old one is as good until then.
  if (!given.ssh_certificate.empty()) node->ssh_certificate = given.ssh_certificate;
  note_sign_of_life(member, *node, now);
  Answer answer{.outcome = {.write = Write::decided,
                            .events = {event(*node, "renewed",
                                             "certificate " + given.serial.substr(0, 16), now)}}};
  member.node = std::move(node);
  return answer;
}

Outcome take_node_report(Member& member, const NodeReport& report, Now now) {
  const std::shared_ptr<const Node> before = member.node;
  auto node = std::make_shared<Node>(*before);
  note_sign_of_life(member, *node, now);
  std::vector<Event> events = take_cards(*node, report, now);
  // A plan that failed is tried again: the reason stays until it is known what came of it, and its
  // timeline is not filled with every try.
  const bool tries_again = before->state == NodeState::failed && before->stage == "plan" &&
                           report.stage == "plan" && report.failure.empty();
  if (!tries_again) {
    node->stage = report.stage;
    node->reason = report.failure;
    node->generation = report.generation;
    if (report.neighbour) node->hardware.lldp = report.neighbour;
    node->state = state_after(report, before->state);
    const bool now_ready = node->state == NodeState::ready && before->state != NodeState::ready;
    if (now_ready) node->ready_ms = now.wall_ms;
    const std::vector<Event> drift = note_drift(*node, report, now);
    const bool same = node->stage == before->stage && node->reason == before->reason &&
                      node->generation == before->generation && node->state == before->state;
    if (!same) {
      std::ranges::move(stage_events(*node, report.stage, report.failure, report.console, now),
                        std::back_inserter(events));
    }
    std::ranges::copy(drift, std::back_inserter(events));
    std::ranges::move(note_kept(*node, report, now), std::back_inserter(events));
  }
  const Write write = write_of(*before, *node, report, !events.empty());
  if (!(*node == *before)) member.node = std::move(node);
  return {.write = write, .events = std::move(events)};
}

Outcome take_heartbeat(Member& member, const Beat& beat, Now now) {
  const Node& known = *member.node;
  const bool was_lost = known.state == NodeState::failed && known.stage == "lost";
  // That a node is ready it says once, and a power cut of the head may take it: what it holds says
  // it again.
  const bool is_ready = beat.holds == Holds::its_plan && known.state != NodeState::ready;
  const bool is_noted = beat.agent_note && *beat.agent_note != known.agent_note;
  if (!was_lost && !is_ready && !is_noted && !has_returned(known, member.contact, now)) {
    note_proof(member, now);
    return {};
  }
  auto node = std::make_shared<Node>(known);
  note_sign_of_life(member, *node, now);
  Outcome outcome{.write = Write::relaxed};
  if (was_lost || is_ready) {
    node->state = NodeState::ready;
    node->stage = "ready";
    node->reason.clear();
    if (!was_lost) node->ready_ms = now.wall_ms;
    outcome.events.push_back(event(*node, "stage", was_lost ? "heard again" : "ready", now));
  }
  if (is_noted) {
    node->agent_note = *beat.agent_note;
    if (!node->agent_note.empty()) {
      outcome.events.push_back(event(*node, "version", node->agent_note, now));
    }
  }
  member.node = std::move(node);
  return outcome;
}

Outcome pass_time(Member& member, Now now) {
  if (!may_change_by_time(member, now)) return {};
  auto node = std::make_shared<Node>(*member.node);
  Outcome outcome;
  if (auto missed = give_up_silent(member, *node, now)) {
    outcome.events.push_back(event(*node, "failed", std::move(*missed), now));
  }
  if (auto given_up = give_up_reboot(member, *node, now)) {
    outcome.events.push_back(event(*node, "reboot", std::move(*given_up), now));
  }
  if (outcome.events.empty()) return {};
  outcome.write = Write::relaxed;
  member.node = std::move(node);
  return outcome;
}

}  // namespace muster::provisioning
