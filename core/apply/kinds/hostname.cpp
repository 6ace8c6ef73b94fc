// hostname: the machine's name.

#include "core/apply/kinds.h"
#include "core/base/text.h"

namespace muster::apply {
namespace {

std::string path_of(const Target& target) { return target.settings() + "/hostname"; }

Status set_name(Target& target, const std::string& name) {
  TRY(target.files().write(path_of(target), name + "\n", {}));
  return target.set_running_name(name);
}

}  // namespace

EffectResult make_true(const plan::SetHostname& step, Machine& machine) {
  Target& target = machine.target;
  const auto now = target.files().read(path_of(target), Links::follow);
  const bool kept = now && trim(*now) == step.name;
  // The file alone is not enough: whoever was cut off between the two has the old name still.
  TRY_ASSIGN(const auto running, target.running_name());
  if (kept && running.value_or(step.name) == step.name) return Effect::unchanged;
  TRY(set_name(target, step.name));
  return Effect::changed;
}

Result<Sight> see(const plan::SetHostname&, Target& target) {
  constexpr std::size_t kLongestName = 4096;
  const auto name = target.files().read(path_of(target), Links::follow);
  if (!name || printable(trim(*name), kLongestName) != trim(*name)) return Sight{};
  return Sight{.former = {.kind = Former::Kind::name, .text = std::string(trim(*name))}};
}

EffectResult take_back(const plan::SetHostname& step, TakingBack& back) {
  const auto now = back.target.files().read(path_of(back.target), Links::follow);
  const bool is_ours = now && trim(*now) == step.name;
  if (back.entry.former.kind != Former::Kind::name || !is_ours ||
      back.entry.former.text == step.name) {
    return Effect::unchanged;
  }
  TRY(set_name(back.target, back.entry.former.text));
  return Effect::changed;
}

}  // namespace muster::apply
