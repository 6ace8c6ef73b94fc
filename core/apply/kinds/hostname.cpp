// hostname: the machine's name.

#include "core/apply/kinds.h"
#include "core/base/text.h"
#include "core/os/files.h"

namespace muster::apply {

EffectResult make_true(const plan::SetHostname& step, Machine& machine) {
  const auto now = os::read_file(machine.target.settings / "hostname");
  const bool kept = now && trim(*now) == step.name;
  // The file alone is not enough: whoever was cut off between the two has the old name still.
  TRY_ASSIGN(const os::CommandResult running, machine.programs.ask({"hostname"}));
  if (kept && trim(running.out) == step.name) return Effect::unchanged;
  TRY(os::write_file(machine.target.settings / "hostname", step.name + "\n"));
  TRY(machine.programs.run({"hostname", step.name}));
  return Effect::changed;
}

Result<Sight> see(const plan::SetHostname&, const Surroundings& around) {
  constexpr std::size_t kLongestName = 4096;
  const auto name = os::read_file(around.settings / "hostname");
  if (!name || printable(trim(*name), kLongestName) != trim(*name)) return Sight{};
  return Sight{.former = {.kind = Former::Kind::name, .text = std::string(trim(*name))}};
}

EffectResult take_back(const plan::SetHostname& step, TakingBack& back) {
  const auto now = os::read_file(back.settings / "hostname");
  const bool is_ours = now && trim(*now) == step.name;
  if (back.entry.former.kind != Former::Kind::name || !is_ours ||
      back.entry.former.text == step.name) {
    return Effect::unchanged;
  }
  TRY(os::write_file(back.settings / "hostname", back.entry.former.text + "\n"));
  TRY(back.programs.run({"hostname", back.entry.former.text}));
  return Effect::changed;
}

}  // namespace muster::apply
