#pragma once
// What machines in stage one meet, which have shown no certificate: who they are, whether they are
// adopted, and where they boot.

#include <cstdint>
#include <string>

#include "provisioning/allocation.h"
#include "provisioning/ledger.h"
#include "provisioning/pending.h"
#include "provisioning/refusals.h"
#include "provisioning/registry_settings.h"
#include "provisioning/reports.h"

namespace muster::provisioning {

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

/// Threads: every function may be called from several threads.
class Discovery {
 public:
  /// All must live longer.
  Discovery(Ledger& ledger, Allocation& allocation, Refusals& refusals,
            const RegistrySettings& settings)
      : ledger_(ledger), allocation_(allocation), refusals_(refusals), settings_(settings) {}

  /// Adoption of unknown machines: `open` until `until_ms` (wall clock; 0: for ever), then `ask`.
  void set_policy(Policy policy, std::int64_t until_ms);
  Policy policy(std::int64_t now_ms) const;

  /// A machine in stage one says what it is, from `address`, and which profile's kernel it was
  /// started with (empty: its node's): the image must be of the same. `image`: the reference of the
  /// image whose kernel it was started with, or that it runs; empty: that of the profile. Drivers
  /// and device files in `report` are ignored: only a node's certificate tells them. What keeps it
  /// from joining is the Welcome's reason, and is on its timeline.
  Pending<Welcome> discover(const Hardware& report, Ipv4Address address, Now now,
                            const std::string& started_as = {}, const std::string& image = {});

  /// How far a boot is. Errors (denied): the session is unknown or over: discover again.
  Pending<bool> stage(const std::string& session, const StageReport& report, Now now);

 private:
  Policy policy_at(std::int64_t now_ms) const;
  bool lived_lately(const std::string& id, Now now) const;
  std::string add_unknown(const Hardware& hardware, Now now);
  void note_twins(const Node& node, Now now);
  Result<Welcome> refuse(const Node& node, const std::string& kind, std::string reason, Now now);
  Result<Welcome> welcome(const std::string& id, const Hardware& hardware, Ipv4Address address,
                          const Started& started, Now now);

  Ledger& ledger_;
  Allocation& allocation_;
  Refusals& refusals_;
  const RegistrySettings& settings_;
  // Guarded by the ledger's lock:
  Policy policy_ = Policy::ask;
  std::int64_t policy_until_ms_ = 0;
};

}  // namespace muster::provisioning
