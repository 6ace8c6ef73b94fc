#pragma once
// What each message and each silence makes of one machine. Every function is pure: it changes the
// member that it is given and tells what is to be written, and knows no store, no clock and no
// other machine.
//
// A machine without a certificate only claims to be a node. Its claim is a session, which shows how
// far the boot is; nothing else of the node follows it until the machine enrols. A node that shows
// its certificate ends every claim.

#include <optional>
#include <string>

#include "provisioning/member.h"
#include "provisioning/reports.h"

namespace muster::provisioning {

/// A running node speaks every 10 s; after this silence it is not believed to be alive.
inline constexpr std::int64_t kAliveMs = 30'000;
/// A machine in stage one that has not spoken for this long no longer blocks another claim.
inline constexpr std::int64_t kSessionAliveMs = 45'000;
/// A running node is called lost after this silence.
inline constexpr std::int64_t kLostMs = 60'000;
/// A machine that boots or takes over a plan is called stuck after this silence: while it fetches
/// its image, and otherwise.
inline constexpr std::int64_t kImageSilenceMs = 45'000;
inline constexpr std::int64_t kBootSilenceMs = 300'000;
/// A node that was asked to reboot speaks within ten seconds, or within minutes while it takes over
/// a plan. A wish that is older than this came to nothing: nobody expects the reboot any more.
inline constexpr std::int64_t kRebootWishMs = 300'000;
inline constexpr std::int64_t kTokenMs = 30 * 60'000;

/// What a node is given when it has proved itself.
struct Credentials {
  std::string serial;
  /// NodeIdentity::ssh_certificate.
  std::string ssh_certificate = {};
};

enum class Holds { its_plan, another };

/// What a machine in stage one says.
struct Arrival {
  Hardware hardware;
  Ipv4Address address;
  /// Whose kernel it was started with; the image must be of the same.
  std::string profile;
  /// The reference of that image.
  std::string image;
  /// Session::secret and Session::token_hash of the boot that may begin.
  std::string secret;
  std::string token_hash;
};

/// What came of a message: who is refused learns why, and the node's timeline may still have
/// something of it.
struct Answer {
  Outcome outcome = {};
  std::optional<Error> refusal = {};
};

/// The name, or the first card's address.
std::string who(const Node& node);

state::Event event(const Node& node, std::string kind, std::string text, Now now);

/// A stage that was reached; or what failed in it, behind what the console showed.
std::vector<state::Event> stage_events(const Node& node, const std::string& stage,
                                       const std::string& failure,
                                       const std::vector<std::string>& console, Now now);

/// Why a machine at `address` cannot boot in the member's name now; empty: it can.
std::string busy_reason(const Member& member, Ipv4Address address, Now now);

/// A machine that never enrolled says what it is. Returns what is to be noted of it.
Outcome take_report(Member& member, const Hardware& hardware, Now now);

/// A machine boots as this node, which has a name.
Outcome begin_boot(Member& member, const Arrival& arrival, Now now);

/// How far the boot of `member.session` is. Refused: the session is over.
Answer take_stage(Member& member, const StageReport& report, Now now);

/// The token of `member.session` is to be traded for a certificate, which is made next.
/// Refused: it was used (an alarm on the timeline) or is too old.
Answer begin_enrolment(Member& member, Now now);

/// No certificate could be made: the token is as it was.
void give_up_enrolment(Member& member);

/// The machine has these credentials from now on, and no other. `secret` is that of the session for
/// which they were made. Refused: that session ended meanwhile.
Answer enrol(Member& member, const std::string& secret, const Credentials& given, Now now);

/// The node shows the certificate with this serial. Ends a claim of another machine, with an alarm.
/// Refused: it is not the node's.
Answer show(Member& member, const std::string& serial, Now now);

/// The node gets these credentials in place of `used`, which is valid until the new one is first
/// shown. Refused: it has another meanwhile.
Answer offer(Member& member, const std::string& used, const Credentials& given, Now now);

/// What the node says of itself.
Outcome take_node_report(Member& member, const NodeReport& report, Now now);

/// What a node says with a sign of life.
struct Beat {
  /// Whether it holds the plan that it should.
  Holds holds = Holds::another;
  /// ObservedNode::agent_note; none: it said nothing of its agent.
  std::optional<std::string> agent_note = {};
};

/// The node is alive.
Outcome take_heartbeat(Member& member, const Beat& beat, Now now);

/// Time passes: misses who is silent, gives up a reboot that came to nothing.
Outcome pass_time(Member& member, Now now);

}  // namespace muster::provisioning
