// Every order of messages of a node and of a stranger who claims to be it, with lost answers,
// silences, restarts of the head and power cuts: what must hold in each state that can be reached.
//
// The machine and the stranger report the same hardware. The head knows one thing that the stranger
// does not have: the node's certificate.

#include <array>
#include <deque>
#include <format>
#include <functional>
#include <gtest/gtest.h>
#include <set>

#include "provisioning/transitions.h"

namespace muster::provisioning {
namespace {

/// One step of time; each limit of transitions.h lies between two multiples of it.
constexpr std::int64_t kStepMs = 16'000;
/// Older than this is as old as anything but a token.
constexpr std::int64_t kOldMs = 6 * kStepMs;

enum class Who { node, stranger };

/// What one of the two has in its hands.
struct Party {
  std::string session;
  std::string certificate;
  std::string renewed;
};

/// All that decides what may happen next.
struct World {
  Member member;
  /// What a power cut of the head leaves.
  std::shared_ptr<const Node> on_disk;
  Now now = {.wall_ms = 1'800'000'000'000, .steady_ms = 1'000'000};
  Party node;
  Party stranger;
  /// What the head took the node for when the claim that is under way began.
  NodeState unclaimed = NodeState::adopted;
  /// Somebody's token is being traded.
  bool is_trading = false;
  /// The newest token was traded.
  bool is_used = false;
  /// When the node last showed a certificate that was taken, or enrolled.
  std::int64_t node_proof_ms = -kOldMs;
  std::string path;
};

bool is_of(const std::string& what, Who who) {
  return what.starts_with(who == Who::node ? "node" : "stranger");
}

/// Another word of the party than `used`.
std::string other_word(Who who, const std::string& used) {
  const std::string first = who == Who::node ? "node-a" : "stranger-a";
  return used == first ? first.substr(0, first.size() - 1) + "b" : first;
}

/// Which of `known` a word is; words that behave alike have different letters in different worlds.
std::string which(const std::string& word, std::initializer_list<std::string> known) {
  if (word.empty()) return "-";
  std::size_t number = 0;
  for (const std::string& one : known) {
    ++number;
    if (one == word) return std::format("{}", number);
  }
  return "old";
}

std::string owner(const std::string& word) { return word.substr(0, word.find('-')); }

/// The world in words: equal ones behave alike.
std::string key_of(const World& world) {
  // How old something is in steps, up to `oldest`, from where on it is as old as anything.
  const auto age = [&](std::int64_t at_ms, std::int64_t oldest) {
    return std::min((world.now.steady_ms - at_ms) / kStepMs, oldest);
  };
  const Node& node = *world.member.node;
  const Node& disk = *world.on_disk;
  const Contact& contact = world.member.contact;
  const auto serial = [&](const std::string& word) {
    return which(word, {node.certificate_serial, node.offered_serial, disk.certificate_serial,
                        disk.offered_serial});
  };
  const Session* const session = world.member.session.get();
  const auto secret = [&](const std::string& word) {
    return which(word, {session == nullptr ? "none" : session->secret});
  };
  std::string key = std::format(
      "{} {} {} {} | {} {} {} {} {} | {} {} {} | {} {} {} {} {} {}", static_cast<int>(node.state),
      node.stage, owner(node.certificate_serial), owner(node.offered_serial),
      static_cast<int>(disk.state), disk.stage, owner(disk.certificate_serial),
      serial(disk.certificate_serial), serial(disk.offered_serial), age(contact.any_ms, 3),
      age(contact.proof_ms, 4), contact.is_proved, secret(world.node.session),
      serial(world.node.certificate), serial(world.node.renewed), secret(world.stranger.session),
      serial(world.stranger.certificate), age(world.node_proof_ms, 2));
  if (session != nullptr) {
    key +=
        std::format(" | {} {} {} {} {} {}", static_cast<int>(session->state),
                    owner(session->secret), age(session->seen_ms, 3), to_string(session->address),
                    static_cast<int>(session->state_before), session->stage_before);
  }
  return key;
}

/// The member is like this from now on; what is on disk follows.
void keep(World& world, Member member, const Outcome& outcome) {
  world.member = std::move(member);
  const bool is_durable = outcome.write == Write::full || outcome.write == Write::decided;
  if (is_durable) world.on_disk = world.member.node;
}

bool is_claimed(const World& world) {
  return world.member.session && world.member.session->state != Session::State::over;
}

Ipv4Address address_of(Who who) { return {who == Who::node ? 0x0A2A0101U : 0x0A2A0064U}; }

Party& party(World& world, Who who) { return who == Who::node ? world.node : world.stranger; }

Hardware hardware() {
  Hardware hardware;
  hardware.macs = {{{0x52, 0x54, 0, 0, 0, 1}}};
  return hardware;
}

/// As Registry::discover does once the machine is recognised.
bool discover(World& world, Who who) {
  Member member = world.member;
  if (!busy_reason(member, address_of(who), world.now).empty()) return false;
  if (!is_claimed(world)) world.unclaimed = member.node->state;
  world.is_trading = false;
  world.is_used = false;
  const std::string secret =
      other_word(who, member.session ? member.session->secret : party(world, who).session);
  const Outcome outcome = begin_boot(member,
                                     {.hardware = hardware(),
                                      .address = address_of(who),
                                      .profile = "default",
                                      .secret = secret,
                                      .token_hash = secret},
                                     world.now);
  keep(world, std::move(member), outcome);
  party(world, who).session = secret;
  return true;
}

bool holds_token(const World& world, const Party& party) {
  return world.member.session && world.member.session->token_hash == party.session;
}

bool begin(World& world, Who who) {
  if (!holds_token(world, party(world, who))) return false;
  Member member = world.member;
  const Answer answer = begin_enrolment(member, world.now);
  keep(world, std::move(member), answer.outcome);
  if (!answer.refusal) {
    EXPECT_FALSE(world.is_used) << "a token was good twice after:" << world.path;
    world.is_trading = true;
  }
  return !answer.refusal;
}

/// The second half of an enrolment; the answer with the certificate may be lost.
bool finish(World& world, Who who, bool arrives) {
  if (!holds_token(world, party(world, who))) return false;
  Member member = world.member;
  const std::string serial = other_word(who, member.node->certificate_serial);
  const Answer answer = enrol(member, party(world, who).session, {.serial = serial}, world.now);
  if (answer.refusal) return false;
  EXPECT_TRUE(world.is_trading) << "a certificate without a token after:" << world.path;
  world.is_trading = false;
  world.is_used = true;
  // Of the node: it had shown its certificate within the time in which it is believed to be up, or
  // the head has just started and gives it that time.
  if (who == Who::stranger) {
    const bool is_nodes = is_of(world.member.node->certificate_serial, Who::node);
    const bool has_said_goodbye = world.node.certificate.empty();
    const bool lives =
        is_nodes && !has_said_goodbye && world.now.steady_ms - world.node_proof_ms < kAliveMs;
    EXPECT_FALSE(lives) << "the stranger has a certificate after:" << world.path;
  }
  keep(world, std::move(member), answer.outcome);
  if (arrives) {
    party(world, who).certificate = serial;
    party(world, who).session.clear();
  }
  party(world, who).renewed.clear();
  if (who == Who::node) world.node_proof_ms = world.now.steady_ms;
  return true;
}

/// The node shows its certificate and is as it says; false: it is refused.
bool show_and(World& world, const std::function<Outcome(Member&)>& act) {
  std::string& serial = world.node.renewed.empty() ? world.node.certificate : world.node.renewed;
  Member member = world.member;
  const Answer answer = show(member, serial, world.now);
  if (answer.refusal) return false;
  EXPECT_TRUE(!member.session || member.session->state == Session::State::over)
      << "a claim outlived the node's certificate after:" << world.path;
  if (is_claimed(world)) {
    EXPECT_EQ(member.node->state, world.unclaimed) << "it is not what it was after:" << world.path;
  }
  keep(world, member, answer.outcome);
  world.is_trading = false;
  world.node.certificate = serial;
  world.node.renewed.clear();
  world.node_proof_ms = world.now.steady_ms;
  const Outcome outcome = act(member);
  keep(world, std::move(member), outcome);
  return true;
}

bool beat(World& world, Holds holds) {
  if (world.node.certificate.empty()) return false;
  const bool done = show_and(
      world, [&](Member& member) { return take_heartbeat(member, {.holds = holds}, world.now); });
  // Nothing but an enrolment in between takes the certificate from the node.
  if (!done) {
    EXPECT_FALSE(world.member.node->certificate_serial == world.node.certificate) << world.path;
    world.node.certificate.clear();
  }
  if (done && holds == Holds::its_plan) {
    EXPECT_EQ(world.member.node->state, NodeState::ready) << world.path;
  }
  return done;
}

bool say(World& world, const std::string& stage) {
  if (world.node.certificate.empty()) return false;
  const bool done = show_and(world, [&](Member& member) {
    return take_node_report(member, {.stage = stage, .generation = "g"}, world.now);
  });
  // It boots anew: what it had in memory is gone.
  if (done && stage == "stopping") world.node = {};
  return done;
}

bool renew(World& world, bool arrives) {
  if (world.node.certificate.empty()) return false;
  std::string given;
  const bool done = show_and(world, [&](Member& member) {
    given = other_word(Who::node, world.node.certificate);
    return offer(member, member.node->certificate_serial, {.serial = given}, world.now).outcome;
  });
  if (done && arrives) world.node.renewed = given;
  return done;
}

bool stage(World& world, Who who) {
  const Party& speaker = party(world, who);
  if (!world.member.session || world.member.session->secret != speaker.session) return false;
  Member member = world.member;
  const Answer answer = take_stage(member, {.stage = "image", .progress = 50}, world.now);
  keep(world, std::move(member), answer.outcome);
  return !answer.refusal;
}

bool wait(World& world) {
  world.now.wall_ms += kStepMs;
  world.now.steady_ms += kStepMs;
  Member member = world.member;
  const Outcome outcome = pass_time(member, world.now);
  keep(world, std::move(member), outcome);
  return true;
}

/// The head starts anew with what is on disk.
bool restart(World& world, std::shared_ptr<const Node> left) {
  auto node = std::make_shared<Node>(*left);
  node->claimed_mac.reset();
  world.is_trading = false;
  world.member = {.node = node,
                  .contact = {.any_ms = world.now.steady_ms, .proof_ms = world.now.steady_ms}};
  world.on_disk = world.member.node;
  return true;
}

struct Message {
  const char* name;
  std::function<bool(World&)> happens;
};

std::vector<Message> messages() {
  std::vector<Message> all = {
      {"silence", wait},
      {"the head starts anew", [](World& w) { return restart(w, w.member.node); }},
      {"power cut of the head", [](World& w) { return restart(w, w.on_disk); }},
      {"node beats", [](World& w) { return beat(w, Holds::its_plan); }},
      {"node beats with another plan", [](World& w) { return beat(w, Holds::another); }},
      {"node says plan", [](World& w) { return say(w, "plan"); }},
      {"node says stopping", [](World& w) { return say(w, "stopping"); }},
      {"node loses its power",
       [](World& w) {
         w.node = {};
         return true;
       }},
      {"node renews", [](World& w) { return renew(w, true); }},
      {"node renews, answer lost", [](World& w) { return renew(w, false); }}};
  for (const Who who : {Who::node, Who::stranger}) {
    const char* const names[2][5] = {
        {"node discovers", "node tells a stage", "node begins to enrol", "node enrols",
         "node enrols, answer lost"},
        {"stranger discovers", "stranger tells a stage", "stranger begins to enrol",
         "stranger enrols", "stranger enrols, answer lost"}};
    const auto& name = names[who == Who::node ? 0 : 1];
    all.push_back({name[0], [who](World& w) { return discover(w, who); }});
    all.push_back({name[1], [who](World& w) { return stage(w, who); }});
    all.push_back({name[2], [who](World& w) { return begin(w, who); }});
    all.push_back({name[3], [who](World& w) { return finish(w, who, true); }});
    all.push_back({name[4], [who](World& w) { return finish(w, who, false); }});
  }
  return all;
}

/// From everywhere the node comes back when it boots and nobody else speaks.
void check_way_back(World world) {
  world.node = {};
  for (std::int64_t passed = 0; passed <= kLostMs; passed += kStepMs) wait(world);
  const bool comes_back = discover(world, Who::node) && begin(world, Who::node) &&
                          finish(world, Who::node, true) && beat(world, Holds::its_plan);
  EXPECT_TRUE(comes_back) << "the node is shut out after:" << world.path;
}

World first_world() {
  auto node = std::make_shared<Node>();
  node->id = "1";
  node->name = "n001";
  node->hardware = hardware();
  node->state = NodeState::adopted;
  World world;
  world.member.node = node;
  world.member.contact.any_ms = world.now.steady_ms;
  world.member.contact.proof_ms = world.now.steady_ms;
  world.on_disk = world.member.node;
  world.node_proof_ms = world.now.steady_ms - kOldMs;
  return world;
}

TEST(Claims, of_a_stranger_end_when_the_node_lives_whatever_the_order_of_messages) {
  const std::vector<Message> all = messages();
  std::set<std::string> seen = {key_of(first_world())};
  std::deque<World> open = {first_world()};
  while (!open.empty() && !HasFailure()) {
    const World world = std::move(open.front());
    open.pop_front();
    check_way_back(world);
    for (const Message& message : all) {
      World next = world;
      next.path += std::format("\n  {}", message.name);
      if (!message.happens(next)) continue;
      if (seen.insert(key_of(next)).second) open.push_back(std::move(next));
    }
  }
  RecordProperty("states", static_cast<int>(seen.size()));
  EXPECT_GT(seen.size(), 1000U) << "the model has stopped short";
}

}  // namespace
}  // namespace muster::provisioning
