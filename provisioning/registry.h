#pragma once
// Who the machines are: recognises them, adopts them, gives each its one name and address, follows
// their boots, and trades the one-time tokens with which they enrol. The only writer of nodes.
//
// What a message means is in transitions.h, what is on disk in ledger.h; here is what concerns more
// than one machine. Every function decides under one lock, which is never held over the disk.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/state/store.h"
#include "provisioning/ledger.h"
#include "provisioning/node.h"
#include "provisioning/pending.h"
#include "provisioning/reports.h"
#include "provisioning/transitions.h"

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
  /// The reference of the image that a machine gets that boots as this profile; empty: not known.
  std::function<std::string(const std::string& profile)> image_of = [](const std::string&) {
    return std::string();
  };
  /// When the registry is opened. Nobody is missed for silence before that: there was no head to
  /// hear them.
  Now opened = {};
  /// At least so long between two transactions; 0: each as soon as the last one is on disk.
  std::int64_t spacing_ms = 0;
};

/// What a machine says it was started as; each may be empty.
struct Started {
  std::string profile;
  /// A reference.
  std::string image;
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
  /// The profile that this boot is of, and the reference of its image.
  std::string profile;
  std::string image = {};
  /// Proves later stage reports of this boot. Empty when waiting.
  std::string session;
  /// One-time secret for the node's certificate. Empty when waiting.
  std::string token;
};

/// A node and whether its agent can be told something.
struct Reachable {
  std::string id;
  std::string name;
  /// Why not: "is booting"; empty: it can.
  std::string obstacle;
};

/// Threads: every function may be called from several threads. Errors of every function that
/// changes something: the store (world), and nothing was changed then.
class Registry {
 public:
  /// Reads all nodes. Owns: nothing; `store` must live longer. Errors: the store cannot be read.
  static Result<std::unique_ptr<Registry>> open(state::Store& store, RegistrySettings settings);

  /// Adoption of unknown machines: `open` until `until_ms` (wall clock; 0: for ever), then `ask`.
  void set_policy(Policy policy, std::int64_t until_ms);
  Policy policy(std::int64_t now_ms) const;

  void set_addressing(Addressing addressing);

  /// A machine in stage one says what it is, from `address`, and which profile's kernel it was
  /// started with (empty: its node's): the image must be of the same. `image`: the reference of the
  /// image whose kernel it was started with, or that it runs; empty: that of the profile. Drivers
  /// and device files in `report` are ignored: only a node's certificate tells them. What keeps it
  /// from joining is the Welcome's reason, and is on its timeline.
  Pending<Welcome> discover(const Hardware& report, Ipv4Address address, Now now,
                            const std::string& started_as = {}, const std::string& image = {});

  /// How far a boot is. Errors (denied): the session is unknown or over: discover again.
  Pending<bool> stage(const std::string& session, const StageReport& report, Now now);

  /// Makes the credentials of a node. Called without the registry's lock.
  using Issue = std::function<Result<Credentials>(const Node&)>;

  /// A machine trades its token for a certificate that `issue` makes: one act, which a sign of life
  /// of the node itself ends at any moment before it is done. Errors (denied): the token is
  /// unknown, used (an alarm on the node's timeline), too old, or its boot ended; those of `issue`,
  /// and then the token is as good as before.
  Pending<Node> enrol(const std::string& token, Now now, const Issue& issue);

  /// The node with this id shows the certificate with this serial, from `address`. Ends the claims
  /// of others to be it. Errors (denied): no such node, or a certificate that was replaced;
  /// (busy) whether that is so is not on disk yet.
  Result<Node> authenticate(const std::string& id, const std::string& serial, Ipv4Address address,
                            Now now);

  /// The node gets these credentials in place of `used`, the certificate it called with, which is
  /// valid until the new one is first used: the answer with the new one may be lost. Errors
  /// (conflict): the node has another certificate than `used` meanwhile.
  Pending<bool> offer_certificate(const std::string& id, const std::string& used,
                                  const Credentials& given, Now now);

  /// Accelerators that it tells are its hardware from now on. Errors (absent): the node was removed
  /// meanwhile.
  Pending<bool> report(const std::string& id, const NodeReport& report, Now now);
  /// The node as it is now. Errors: as report.
  Pending<Node> heartbeat(const std::string& id, const Beat& beat, Now now);

  /// Marks nodes that were ready and have not been heard for a minute, or five while they take over
  /// a plan.
  void tick(Now now);

  /// Names every machine of `ids` (a node's id or MAC address), in one transaction. Returns the
  /// names. Errors: no such machine (absent), no free address (conflict); none was named.
  Result<std::vector<std::string>> adopt(std::span<const std::string> ids, Now now);
  /// Names one machine that waits as somebody wishes. Errors: no such machine (absent); it has a
  /// name, the name is another's, no free address (conflict).
  Status adopt_as(const std::string& id, const std::string& name, Now now);

  /// The nodes boot as this profile from their next start on. Errors (absent): no such node, and
  /// then nothing was changed.
  Status set_profile(std::span<const std::string> names, const std::string& profile, Now now);

  /// Asks nodes that are up to reboot, by name, id or MAC address: each is told with its next
  /// heartbeats until it boots again. One that was asked already is not asked a second time. `why`
  /// is noted on their timelines. Errors (conflict): a node that is not known or not up, and then
  /// nobody is asked.
  Status ask_reboot(std::span<const std::string> names, const std::string& why, Now now);

  /// Whether nodes can be told something now; by name, id or MAC address, each once. Errors
  /// (absent): one of them is not known.
  Result<std::vector<Reachable>> reach(std::span<const std::string> names, Now now) const;

  /// Forgets nodes by name, id or MAC address; their certificates are worth nothing at once.
  /// Errors (absent): no such node; none was removed.
  Status remove(std::span<const std::string> names, Now now);

  /// What became of a list.
  struct Imported {
    /// Nodes that are new or other than before.
    std::size_t changed = 0;
    /// Nodes that were so already.
    std::size_t unchanged = 0;
  };

  /// Nodes given by hand, each with name, address and one MAC. A machine that was seen before
  /// becomes the node that the list says; one that is up keeps its name. Errors (conflict): a name,
  /// address or MAC that is given twice or is another's; nothing was imported.
  Result<Imported> import(std::vector<Node> nodes, Now now);

  /// Waits for the disk until everything that was changed so far is written. Errors (world): the
  /// last of it could not be.
  Status flush() const;

  // What is on disk, and of running machines what they said last:

  Snapshot snapshot() const;
  std::vector<Node> nodes() const;
  /// Shows every node in the order of nodes(), without a copy.
  void each(const std::function<void(const Node&)>& look) const;
  /// By name, id or MAC address.
  std::optional<Node> find(std::string_view name) const;
  /// The profile of the machine with this address; empty when it is unknown.
  std::string profile_of(MacAddress mac) const;

  /// Published::generation and Published::address_lost_ms.
  std::uint64_t generation() const;
  std::int64_t address_lost_ms() const;

  /// Documents that could not be read when the registry was opened.
  std::vector<DamagedDocument> damaged() const;

  /// Exceptions of answers that waited for the disk, of writes and of Issue; each such write and
  /// enrolment failed.
  os::CaughtExceptions::Seen exceptions() const { return ledger_->exceptions().seen(); }

 private:
  Registry(std::unique_ptr<Ledger> ledger, RegistrySettings settings)
      : settings_(std::move(settings)), ledger_(std::move(ledger)) {}

  /// Waits for the disk; never under the lock.
  Status written(const std::shared_ptr<Ticket>& ticket) const;
  std::string id_of(std::string_view name) const { return ledger_->directory().id_of(name); }
  /// Errors (absent): nobody is called so; `hint` is the next step.
  Result<Member> member_of(const std::string& name, const std::string& hint) const;
  bool lived_lately(const std::string& id, Now now) const;
  bool is_still_shown(const std::string& id, const std::string& serial) const;
  void note_refusal(const Node& node, const std::string& kind, const std::string& reason, Now now);
  Result<Welcome> refuse(const Node& node, const std::string& kind, std::string reason, Now now);
  Result<Welcome> welcome(const std::string& id, const Hardware& hardware, Ipv4Address address,
                          const Started& started, Now now);
  std::string add_unknown(const Hardware& hardware, Now now);
  void note_twins(const Node& node, Now now);
  Status name(Member member, std::string name, Now now);
  Status take_address(const std::string& id, Ipv4Address address, Now now);
  Result<Node> imported(const Node& given) const;
  Status check_taken(const Node& given) const;
  Result<std::vector<Node>> compare(std::span<const Node> list) const;
  void put_imported(Node node, Now now);
  Result<Ipv4Address> free_address();
  Status has_addresses_for(std::size_t count);
  std::string why_not_up(const Member& member, Now now) const;
  Policy policy_at(std::int64_t now_ms) const;

  RegistrySettings settings_;
  std::unique_ptr<Ledger> ledger_;
  // Guarded by the ledger's lock:
  Addressing addressing_ = Addressing::given;
  Policy policy_ = Policy::ask;
  std::int64_t policy_until_ms_ = 0;
  /// When a machine was last noted to be refused, so that its retries do not fill the log.
  std::map<std::string, std::int64_t> last_refusal_ms_;
};

}  // namespace muster::provisioning
