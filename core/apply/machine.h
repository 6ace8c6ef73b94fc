#pragma once
// The system that steps are made true on, while one plan is applied.

#include "core/apply/accounts.h"
#include "core/apply/apply.h"
#include "core/apply/changes.h"
#include "core/apply/record.h"

namespace muster::apply {

/// Owns: nothing; `target` must live longer.
struct Machine {
  Machine(Target& where, const std::filesystem::path& pending)
      : target(where), accounts(where), changes(pending) {}

  Target& target;
  Accounts accounts;
  Changes changes;
};

/// What is needed to put one entry of the record back. Owns: nothing.
struct TakingBack {
  Target& target;
  Changes& changes;
  const Record& record;
  const Entry& entry;
  /// Why it stays for now; empty: it does not.
  std::string waits = {};

  EffectResult stays(std::string why) {
    waits = std::move(why);
    return Effect::unchanged;
  }
};

}  // namespace muster::apply
