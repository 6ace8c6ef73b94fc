// What machines in stage one say: claims, their boots, and the enrolment that makes a claim true.

#include <algorithm>
#include <format>

#include "core/base/text.h"
#include "provisioning/hardware_change.h"
#include "provisioning/transitions.h"

namespace muster::provisioning {

using state::Event;

namespace {

void add_left_out(std::vector<Event>& events, const Node& node, const Hardware& hardware, Now now) {
  const std::string lacks = describe(hardware.left_out);
  if (!lacks.empty()) events.push_back(event(node, "hardware", "report: " + lacks, now));
}

/// Merges a report into the node; what it has less of is noted.
void merge_hardware(Node& node, const Hardware& report, std::vector<Event>& events, Now now) {
  for (std::string& less : lost_parts(node.hardware, report)) {
    events.push_back(event(node, "hardware", std::move(less), now));
  }
  node.hardware = merge_report(node.hardware, report);
}

void note_contact(Member& member, Now now) {
  member.contact.any_ms = now.steady_ms;
  member.contact.wall_ms = now.wall_ms;
}

/// A session for the arrival. What the node was before stays that of the first claim.
std::shared_ptr<const Session> session_of(const Member& member, const Arrival& arrival, Now now) {
  auto session = std::make_shared<Session>();
  session->secret = arrival.secret;
  session->token_hash = arrival.token_hash;
  session->made_ms = now.steady_ms;
  session->seen_ms = now.steady_ms;
  session->address = arrival.address;
  session->hardware = arrival.hardware;
  session->profile = arrival.profile;
  session->image = arrival.image;
  const bool is_claimed = member.session && member.session->state != Session::State::over;
  session->state_before = is_claimed ? member.session->state_before : member.node->state;
  session->stage_before = is_claimed ? member.session->stage_before : member.node->stage;
  session->reason_before = is_claimed ? member.session->reason_before : member.node->reason;
  return session;
}

/// The card that it boots from, when the node's hardware does not have it.
std::optional<MacAddress> claimed_mac(const Node& node, const Hardware& report) {
  const MacAddress mac = report.macs.front();
  return std::ranges::contains(node.hardware.macs, mac) ? std::nullopt : std::optional(mac);
}

/// The session in another state.
std::shared_ptr<const Session> with_state(const Session& session, Session::State state) {
  auto next = std::make_shared<Session>(session);
  next->state = state;
  return next;
}

}  // namespace

std::string busy_reason(const Member& member, Ipv4Address address, Now now) {
  const Node& node = *member.node;
  // Only its certificate tells that a node is up: what is said without one may be anybody's words.
  // A head that has just started gives its nodes the time to show theirs.
  const std::int64_t silent_ms = now.steady_ms - member.contact.proof_ms;
  const bool is_claimed = member.session && member.session->state != Session::State::over;
  const NodeState state = is_claimed ? member.session->state_before : node.state;
  const std::string& stage = is_claimed ? member.session->stage_before : node.stage;
  const std::int64_t alive_ms = stage == "plan" ? kLostMs : kAliveMs;
  if (node.has_enrolled() && state != NodeState::off && silent_ms < alive_ms) {
    return member.contact.is_proved
               ? std::format(
                     "{} is up, and sent a message {} s ago; a second machine claims to be "
                     "it",
                     node.name, silent_ms / 1000)
               : std::format("the head started {} s ago, and {} may be up; it has {} s to say so",
                             silent_ms / 1000, node.name, alive_ms / 1000);
  }
  const Session* const current = member.session.get();
  const bool elsewhere =
      current != nullptr && current->state != Session::State::over && current->address != address;
  if (elsewhere && now.steady_ms - current->seen_ms < kSessionAliveMs) {
    return std::format("{} is booting at {}; a second machine claims to be it", who(node),
                       to_string(current->address));
  }
  return {};
}

Outcome take_report(Member& member, const Hardware& hardware, Now now) {
  note_contact(member, now);
  auto node = std::make_shared<Node>(*member.node);
  Outcome outcome;
  merge_hardware(*node, hardware, outcome.events, now);
  // One that waits for adoption comes every few seconds, and may be anybody.
  if (node->name.empty()) outcome.events.clear();
  if (!outcome.events.empty()) outcome.write = Write::relaxed;
  if (!(*node == *member.node)) member.node = std::move(node);
  return outcome;
}

Outcome begin_boot(Member& member, const Arrival& arrival, Now now) {
  note_contact(member, now);
  member.session = session_of(member, arrival, now);
  auto node = std::make_shared<Node>(*member.node);
  Outcome outcome{.write = Write::relaxed};
  if (!node->has_enrolled()) {
    node->booted_profile = arrival.profile;
    node->booted_image = arrival.image;
  }
  node->claimed_mac = claimed_mac(*node, arrival.hardware);
  node->state = NodeState::booting;
  node->stage = "discovery";
  node->reason.clear();
  node->progress = 0;
  outcome.events.push_back(
      event(*node, "boot",
            std::format("boots as '{}' at {}", arrival.profile, to_string(arrival.address)), now));
  add_left_out(outcome.events, *node, arrival.hardware, now);
  member.node = std::move(node);
  return outcome;
}

Answer take_stage(Member& member, const StageReport& report, Now now) {
  if (!member.session || member.session->state == Session::State::over) {
    return {.refusal = Error{.message = "the session is unknown or over",
                             .hint = "discover again",
                             .kind = ErrorKind::denied}};
  }
  note_contact(member, now);
  auto session = std::make_shared<Session>(*member.session);
  session->seen_ms = now.steady_ms;
  member.session = std::move(session);
  auto node = std::make_shared<Node>(*member.node);
  node->progress = std::clamp(report.progress, 0, 100);
  const bool moved = node->stage != report.stage || node->reason != report.failure;
  node->stage = report.stage;
  node->reason = report.failure;
  node->state = report.failure.empty() ? NodeState::booting : NodeState::failed;
  Answer answer;
  if (moved) {
    answer.outcome.write = Write::relaxed;
    answer.outcome.events = stage_events(*node, report.stage, report.failure, report.console, now);
  }
  member.node = std::move(node);
  return answer;
}

Answer begin_enrolment(Member& member, Now now) {
  const Session& session = *member.session;
  if (session.state != Session::State::open) {
    const Node& node = *member.node;
    return {
        .outcome = {.write = Write::relaxed,
                    .events = {event(node, "alarm", "its enrolment token was used a second time",
                                     now)}},
        .refusal = Error{.message = "the token was used already",
                         .hint = "boot the node again, and look for a stranger in the cluster's "
                                 "network",
                         .kind = ErrorKind::denied}};
  }
  if (now.steady_ms - session.made_ms > kTokenMs) {
    return {.refusal = Error{.message = "the token is too old",
                             .hint = "boot the node again",
                             .kind = ErrorKind::denied}};
  }
  member.session = with_state(session, Session::State::enrolling);
  return {};
}

void give_up_enrolment(Member& member) {
  if (!member.session || member.session->state != Session::State::enrolling) return;
  member.session = with_state(*member.session, Session::State::open);
}

Answer enrol(Member& member, const std::string& secret, const Credentials& given, Now now) {
  const Session* const session = member.session.get();
  if (session == nullptr || session->secret != secret ||
      session->state != Session::State::enrolling) {
    return {.refusal = Error{.message = "this boot ended before its certificate was made",
                             .hint = "boot the node again",
                             .kind = ErrorKind::denied}};
  }
  auto over = std::make_shared<Session>(*session);
  over->state = Session::State::over;
  over->proof_before_ms = member.contact.proof_ms;
  note_contact(member, now);
  member.contact.proof_ms = now.steady_ms;
  member.contact.is_proved = true;
  auto node = std::make_shared<Node>(*member.node);
  Outcome outcome{.write = Write::decided};
  node->certificate_serial = given.serial;
  node->offered_serial.clear();
  node->ssh_certificate = given.ssh_certificate;
  merge_hardware(*node, session->hardware, outcome.events, now);
  node->claimed_mac.reset();
  node->booted_profile = session->profile;
  node->booted_image = session->image;
  // What was put right in the boot before is gone with it.
  node->drift.clear();
  node->drifts = 0;
  // A wish that a power cut brings back would be a second reboot.
  node->reboot.reset();
  outcome.events.push_back(
      event(*node, "enrolled", "certificate " + given.serial.substr(0, 16), now));
  member.session = std::move(over);
  member.node = std::move(node);
  return {.outcome = std::move(outcome)};
}

}  // namespace muster::provisioning
