#pragma once
// Who the machines are: recognises them, adopts them, gives each its one name and address, follows
// their boots, and gives out the one-time tokens with which they enrol. The only writer of nodes.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/state/store.h"
#include "provisioning/node.h"
#include "provisioning/reports.h"
#include "provisioning/sessions.h"

namespace muster::provisioning {

enum class Policy { open, ask, closed };

/// Where the addresses of nodes come from: this head gives them, or another server on the wire does
/// and a node has the one that it is heard from.
enum class Addressing { given, observed };

/// What the registry needs to know of the cluster's specification.
struct RegistrySettings {
  std::string name_prefix = "n";
  int name_digits = 3;
  Ipv4Range addresses;
  std::string default_profile = "default";
  /// The head's time when the registry is opened. Nobody is missed for silence before that: there
  /// was no head to hear them.
  std::int64_t opened_ms = 0;
};

/// What a machine in stage one is told.
struct Welcome {
  enum class Kind {
    /// Not adopted (yet), or not now; `reason` says why. Ask again.
    wait,
    /// Adopted: boot as `node`.
    boot,
  } kind = Kind::wait;
  std::string reason;
  Node node;
  /// Proves later stage reports of this boot. Empty when waiting.
  std::string session;
  /// One-time secret for the node's certificate. Empty when waiting.
  std::string token;
};

/// Threads: every function may be called from several threads.
class Registry {
 public:
  /// Reads all nodes. Owns: nothing; `store` must live longer.
  static Result<std::unique_ptr<Registry>> open(state::Store& store, RegistrySettings settings);

  /// Adoption of unknown machines: `open` until `until_ms` (0: for ever), then `ask`.
  void set_policy(Policy policy, std::int64_t until_ms);
  Policy policy(std::int64_t now_ms) const;

  void set_addressing(Addressing addressing);

  /// The head's clock was set: what was noted by it counts from now on by the new time. Units: how
  /// far forward, in milliseconds.
  void clock_moved(std::int64_t by_ms);

  /// A machine in stage one says what it is, from `address`, at the head's time `now_ms`, and which
  /// profile's kernel it was started with (empty: its node's): the image must be of the same.
  /// Drivers and device files in `report` are ignored: only a node's certificate tells them. What
  /// keeps it from joining is the Welcome's reason, and stands on its timeline. Errors: the store.
  Result<Welcome> discover(const Hardware& report, Ipv4Address address, std::int64_t now_ms,
                           const std::string& started_as = {});

  /// Errors: the session is unknown (the head restarted: discover again).
  Status stage(const std::string& session, const StageReport& report, std::int64_t now_ms);

  /// The node a token belongs to; the token is used up, and its certificate will be
  /// `serial`-checked. Errors: unknown, used (an alarm on the node's timeline) or too old.
  Result<Node> redeem(const std::string& token, std::int64_t now_ms);

  /// What a node is given when it has proved itself.
  struct Credentials {
    std::string serial;
    /// Node::ssh_certificate.
    std::string ssh_certificate = {};
  };

  /// The node has these credentials from now on, and no other.
  Status set_certificate(const std::string& id, const Credentials& given, std::int64_t now_ms);

  /// The node was given these credentials in place of `used`, the certificate it called with, which
  /// is valid until the new one is first used: the answer with the new one may be lost. Errors: the
  /// node has another certificate than `used` meanwhile.
  Status offer_certificate(const std::string& id, const std::string& used, const Credentials& given,
                           std::int64_t now_ms);

  /// The node whose certificate this is. Errors: no such node, or a certificate that was replaced.
  Result<Node> authenticate(const std::string& id, const std::string& serial);

  /// Accelerators that it tells are its hardware from now on. Errors: the node was removed
  /// meanwhile; the store.
  Status report(const std::string& id, const NodeReport& report, std::int64_t now_ms);
  /// The node as it is now. Errors: as report.
  Result<Node> heartbeat(const std::string& id, std::int64_t now_ms);

  /// An enrolled node was heard from this address; the node as it is now. Errors: it was removed
  /// meanwhile; the store.
  Result<Node> heard_from(const std::string& id, Ipv4Address address, std::int64_t now_ms);

  /// Marks nodes that were ready and have not been heard for a minute, or five while they take over
  /// a plan.
  Status tick(std::int64_t now_ms);

  /// Names every machine of `ids` (a node's id or MAC address). Returns the names.
  Result<std::vector<std::string>> adopt(std::span<const std::string> ids, std::int64_t now_ms);
  /// Names one machine that waits as somebody wishes. Errors: no such machine; it has a name; the
  /// name is another's; no free address; the store.
  Status adopt_as(const std::string& id, const std::string& name, std::int64_t now_ms);

  /// The nodes boot as this profile from their next start on. Errors: no such node, and then
  /// nothing was changed; the store.
  Status set_profile(std::span<const std::string> names, const std::string& profile,
                     std::int64_t now_ms);

  /// Asks nodes that are up to reboot, by name, id or MAC address: each is told with its next
  /// heartbeats until it boots again. One that was asked already is not asked a second time. `why`
  /// stands on their timelines. Errors: a node that is not known or not up, and then nobody is
  /// asked; the store.
  Status ask_reboot(std::span<const std::string> names, const std::string& why,
                    std::int64_t now_ms);

  /// Forgets nodes by name, id or MAC address; their certificates are worth nothing at once.
  Status remove(std::span<const std::string> names, std::int64_t now_ms);

  /// What became of a list.
  struct Imported {
    /// Nodes that are new or other than before.
    std::size_t changed = 0;
    /// Nodes that were so already.
    std::size_t unchanged = 0;
  };

  /// Nodes given by hand, each with name, address and one MAC. A machine that was seen before
  /// becomes the node that the list says; one that is up keeps its name. Errors: a name, address or
  /// MAC that is given twice or is another's; nothing was imported.
  Result<Imported> import(std::vector<Node> nodes, std::int64_t now_ms);

  std::vector<Node> nodes() const;
  /// Shows every node in the order of nodes(), without a copy. `look` must not call the registry.
  void each(const std::function<void(const Node&)>& look) const;
  /// By name, id or MAC address.
  std::optional<Node> find(std::string_view name) const;
  /// The profile of the machine with this address; empty when it is unknown.
  std::string profile_of(MacAddress mac) const;

  /// Grows with every change that DHCP, names, Slurm or a plan can see.
  std::uint64_t generation() const;

  /// When a machine last lost an address: its node was removed, or has other network cards. 0: not
  /// since the registry was opened. Units: milliseconds since 1970.
  std::int64_t address_lost_ms() const;

  /// Puts an event on a node's timeline.
  Status note(const std::string& id, std::string kind, std::string text, std::int64_t now_ms);

 private:
  Registry(state::Store& store, RegistrySettings settings)
      : store_(store), settings_(std::move(settings)) {}

  Node* find_id(const std::string& id);
  /// The id of the node with this name, id or MAC address; empty when there is none.
  std::string id_of(std::string_view name) const;
  /// Who a machine is. Two nodes when it reports what belongs to both, none when it is new.
  std::vector<Node*> recognise(const Hardware& hardware);
  Result<Welcome> refuse(Node& node, const std::string& kind, std::string reason,
                         std::int64_t now_ms);
  Result<Welcome> welcome(Node& node, const Hardware& hardware, Ipv4Address address,
                          const std::string& started_as, std::int64_t now_ms);
  /// Returns what the machine has less of than before, for its timeline.
  std::vector<state::Event> take_hardware(Node& node, const Hardware& hardware,
                                          std::int64_t now_ms);
  Status take_address(Node& node, Ipv4Address address, std::int64_t now_ms);
  Result<Node*> add_unknown(const Hardware& hardware, std::int64_t now_ms);
  Status name(Node& node, std::string name, std::int64_t now_ms);
  Result<Node> imported(const Node& given) const;
  Status check_taken(const Node& given) const;
  Result<std::vector<Node>> compare(std::span<const Node> list) const;
  void replace(Node node, std::int64_t now_ms);
  Result<Ipv4Address> free_address();
  std::string free_name();
  std::string busy_reason(const Node& node, Ipv4Address address, std::int64_t now_ms) const;
  Result<Welcome> begin_boot(Node& node, const std::string& profile, Ipv4Address address,
                             std::int64_t now_ms);
  Status forget_oldest_unknown();
  void hear(Node& node, std::int64_t now_ms) const;
  std::int64_t silence_ms(const Node& node, std::int64_t now_ms) const;
  std::optional<std::string> miss(Node& node, std::int64_t now_ms) const;
  std::string why_not_up(const Node& node, std::int64_t now_ms) const;
  std::optional<std::string> give_up_reboot(Node& node, std::int64_t now_ms) const;
  /// `relaxed` is for what the machine says again by itself.
  Status save(const Node& node, const std::vector<state::Event>& events,
              state::Durability durability = state::Durability::full);
  void lose_address(std::int64_t now_ms);
  void index(const Node& node);
  void unindex(const Node& node);
  Policy policy_at(std::int64_t now_ms) const;

  /// Every change of a node's cards is one of the scheduler's configuration, for all nodes: a node
  /// has one each minute, however often its list changes.
  struct CardPace {
    std::optional<std::int64_t> passed_on_ms = {};
    bool waits = false;
  };
  /// Takes over what a running node says of its cards. Returns what is to be noted of a change.
  std::vector<state::Event> take_cards(Node& node, const NodeReport& report, std::int64_t now_ms);
  /// Lets the scheduler have a change that waited long enough.
  void pass_on(CardPace& pace, std::int64_t now_ms);

  state::Store& store_;
  RegistrySettings settings_;
  mutable std::mutex mutex_;
  std::map<std::string, Node> nodes_;
  std::map<std::string, std::string, std::less<>> by_name_;
  std::map<std::string, std::string> by_uuid_;
  std::map<MacAddress, std::string> by_mac_;
  std::map<std::uint32_t, std::string> by_address_;
  Sessions sessions_;
  Addressing addressing_ = Addressing::given;
  Policy policy_ = Policy::ask;
  std::int64_t policy_until_ms_ = 0;
  /// When a machine was last noted to be refused, so that its retries do not fill the log.
  std::map<std::string, std::int64_t> last_refusal_ms_;
  std::map<std::string, CardPace> card_pace_;
  std::uint64_t generation_ = 1;
  std::int64_t address_lost_ms_ = 0;
  bool address_loss_waits_ = false;
  /// Where the search for a free name and address starts; nothing below is free.
  std::uint64_t next_number_ = 1;
  std::uint32_t next_address_ = 0;
};

}  // namespace muster::provisioning
