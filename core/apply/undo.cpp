#include "core/apply/undo.h"

#include <utility>

#include "core/apply/kinds.h"
#include "core/apply/services.h"

namespace muster::apply {
namespace {

Outcome outcome_of(const plan::Step& step, const EffectResult& effect, std::string waits) {
  Outcome outcome{.step = "no longer: " + plan::subject(step), .origin = step.origin};
  if (!effect) {
    outcome.kind = Outcome::Kind::failed;
    outcome.reason = effect.error().text();
  } else if (!waits.empty()) {
    outcome.kind = Outcome::Kind::kept;
    outcome.reason = std::move(waits);
  } else if (*effect == Effect::changed) {
    outcome.kind = Outcome::Kind::taken_back;
  }
  return outcome;
}

}  // namespace

Outcome Undo::put_back(const Entry& entry) {
  TakingBack back{.target = target_, .changes = changes_, .record = record_, .entry = entry};
  const EffectResult effect = std::visit(
      [&]<typename Kind>(const Kind& known) -> EffectResult {
        if constexpr (Remembered<Kind>) return take_back(known, back);
        return Effect::unchanged;
      },
      entry.step);
  return outcome_of(entry.step, effect, std::move(back.waits));
}

Outcome Undo::tell(const plan::Step& step) {
  const auto told = [&]() -> EffectResult {
    const auto* const service = std::get_if<plan::Service>(&step);
    if (service == nullptr || !changes_.is_touched(*service)) return Effect::unchanged;
    TRY_ASSIGN(const bool running, target_.services().is_running(service->unit));
    if (!running) return Effect::unchanged;
    TRY(read_new_units(target_.services(), changes_));
    return tell_changes(target_.services(), changes_, *service);
  };
  return outcome_of(step, told(), {});
}

}  // namespace muster::apply
