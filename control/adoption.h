#pragma once
// Who is adopted, as the daemon remembers it over its own restarts.

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "control/decisions.h"
#include "control/pending_writes.h"
#include "core/base/result.h"
#include "core/json/document.h"
#include "core/spec/cluster_spec.h"
#include "provisioning/registry.h"

namespace muster::control {

struct AdoptionRecord {
  provisioning::Policy policy = provisioning::Policy::ask;
  /// Milliseconds since 1970; 0 is for ever.
  std::int64_t until_ms = 0;
  /// The boot in which it holds (os::read_boot_id).
  std::string boot;
  /// What the specification said then.
  std::string wanted;

  bool operator==(const AdoptionRecord&) const = default;
};

/// Schema 1 was the same without a number.
extern const muster::json::DocumentKind kAdoptionDocument;

/// What the specification wants from a boot that is seen for the first time.
/// Errors: the kernel does not tell its boot.
Result<AdoptionRecord> adoption_at_boot(const spec::Adoption& adoption, std::int64_t now_ms);

std::string render_adoption(const AdoptionRecord& record);
/// Errors: not what render_adoption wrote in this version or an earlier one (invalid); of a newer
/// version (conflict).
Result<AdoptionRecord> parse_adoption(std::string_view text);

/// Threads: every function but `load` may be called from several threads.
class Adoption {
 public:
  /// All must outlive this object.
  Adoption(Decisions& decisions, const spec::Adoption& wanted, provisioning::Registry& registry,
           PendingWrites& pending)
      : decisions_(decisions), wanted_(wanted), registry_(registry), pending_(pending) {}

  /// What holds at the daemon's start. Adds to `lost` what cannot be read. Errors: as
  /// adoption_at_boot.
  Status load(std::vector<Error>& lost);

  /// Who is adopted from now on, until the head's next boot. Errors: the store.
  Status decide(provisioning::Policy policy, std::int64_t until_ms);

  /// When machines are no longer adopted without being asked about; 0: never, or they are not now.
  /// Units: milliseconds since 1970.
  std::int64_t until_ms() const;

  /// What ends at a time that people see moves with the clock.
  void follow_clock(std::int64_t moved_ms);

 private:
  AdoptionRecord record() const;
  void use(AdoptionRecord record);
  Status save();
  Status commit(const AdoptionRecord& record);

  Decisions& decisions_;
  const spec::Adoption& wanted_;
  provisioning::Registry& registry_;
  PendingWrites& pending_;
  /// Guards what follows.
  mutable std::mutex mutex_;
  AdoptionRecord record_;
};

}  // namespace muster::control
