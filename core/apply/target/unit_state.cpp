#include "core/apply/target/unit_state.h"

#include <algorithm>
#include <array>
#include <format>

#include "core/base/text.h"

namespace muster::apply {
namespace {

using State = plan::Unit::State;

/// The words of "systemctl is-enabled" that mean another thing than themselves; the rest counts as
/// disabled.
constexpr std::array<std::pair<std::string_view, State>, 9> kStates = {
    {{"enabled", State::enabled},
     {"enabled-runtime", State::enabled},
     {"static", State::enabled},
     {"alias", State::enabled},
     {"indirect", State::enabled},
     {"generated", State::enabled},
     {"transient", State::enabled},
     {"masked", State::masked},
     {"masked-runtime", State::masked}}};

Status call(const Programs& programs, std::vector<std::string> systemctl, std::string_view verb,
            const std::string& unit) {
  systemctl.insert(systemctl.end(), {"--quiet", std::string(verb), "--", unit});
  return programs.run(std::move(systemctl));
}

}  // namespace

Result<State> ask_unit_state(const Programs& programs, std::vector<std::string> systemctl,
                             const std::string& unit) {
  systemctl.insert(systemctl.end(), {"is-enabled", "--", unit});
  TRY_ASSIGN(const os::CommandResult now, programs.ask(std::move(systemctl)));
  const std::string_view word = trim(now.out);
  const auto* const known =
      std::ranges::find(kStates, word, &std::pair<std::string_view, State>::first);
  if (known != kStates.end()) return known->second;
  if (!word.empty() && word != "not-found") return State::disabled;
  return fail(std::format("there is no unit '{}'{}{}", unit, now.err.empty() ? "" : ": ",
                          printable(trim(now.err))),
              "install what has it, or write its file first");
}

Status set_unit_state(const Programs& programs, const std::vector<std::string>& systemctl,
                      const std::string& unit, State state) {
  if (state == State::masked) return call(programs, systemctl, "mask", unit);
  TRY_ASSIGN(const State now, ask_unit_state(programs, systemctl, unit));
  if (now == State::masked) TRY(call(programs, systemctl, "unmask", unit));
  return call(programs, systemctl, state == State::enabled ? "enable" : "disable", unit);
}

}  // namespace muster::apply
