#pragma once
// Who is adopted, as the daemon remembers it over its own restarts.

#include <cstdint>
#include <string>
#include <string_view>

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

}  // namespace muster::control
