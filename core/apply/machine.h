#pragma once
// The machine that steps are made true on, while one plan is applied.

#include "core/apply/accounts.h"
#include "core/apply/apply.h"
#include "core/apply/changes.h"
#include "core/apply/programs.h"
#include "core/apply/record.h"

namespace muster::apply {

/// Owns: nothing; `target` must live longer.
struct Machine {
  explicit Machine(const Target& where)
      : target(where),
        programs(where.runner),
        accounts(programs, where.settings),
        changes(where.pending) {}

  const Target& target;
  Programs programs;
  Accounts accounts;
  Changes changes;
};

/// What is needed to put one entry of the record back. Owns: nothing.
struct TakingBack {
  const Programs& programs;
  Changes& changes;
  const Record& record;
  /// As Target::settings.
  const std::filesystem::path& settings;
  const Entry& entry;
  /// Why it stays for now; empty: it does not.
  std::string waits = {};

  EffectResult stays(std::string why) {
    waits = std::move(why);
    return Effect::unchanged;
  }
};

}  // namespace muster::apply
