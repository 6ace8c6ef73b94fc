#include "core/apply/target/unit_state.h"

#include <algorithm>
#include <array>
#include <format>

#include "core/base/text.h"

namespace muster::apply {
namespace {

using State = plan::Unit::State;

/// The words of "systemctl is-enabled". Those that are not here, such as "disabled", "indirect" and
/// the ones for this run of the system alone, mean that the start does not begin the unit itself.
constexpr std::array<std::pair<std::string_view, StartState>, 6> kStates = {
    {{"enabled", StartState::enabled},
     {"alias", StartState::enabled},
     {"masked", StartState::masked},
     {"static", StartState::fixed},
     {"generated", StartState::fixed},
     {"transient", StartState::fixed}}};

constexpr std::string_view kMissing = "not-found";

std::optional<StartState> state_of(std::string_view word) {
  if (word == kMissing) return std::nullopt;
  const auto* const known =
      std::ranges::find(kStates, word, &std::pair<std::string_view, StartState>::first);
  return known == kStates.end() ? StartState::disabled : known->second;
}

/// What systemctl(1) says of a unit.
Result<std::string> ask_word(const Programs& programs, std::vector<std::string> systemctl,
                             const std::string& unit) {
  systemctl.insert(systemctl.end(), {"is-enabled", "--", unit});
  TRY_ASSIGN(const os::CommandResult now, programs.ask(std::move(systemctl)));
  const std::string_view word = trim(now.out);
  if (!word.empty()) return std::string(word);
  // As versions before 253 have it.
  if (now.err.contains("No such file or directory")) return std::string(kMissing);
  return fail(std::format("systemctl does not say whether '{}' is enabled: {}", unit,
                          printable(trim(now.err), 400)),
              std::format("run 'systemctl is-enabled {}' by hand to see more", unit));
}

Status call(const Programs& programs, std::vector<std::string> systemctl,
            std::vector<std::string> words, const std::string& unit) {
  systemctl.insert(systemctl.end(), words.begin(), words.end());
  systemctl.insert(systemctl.end(), {"--", unit});
  return programs.run(std::move(systemctl));
}

}  // namespace

Result<std::optional<StartState>> ask_unit_state(const Programs& programs,
                                                 std::vector<std::string> systemctl,
                                                 const std::string& unit) {
  TRY_ASSIGN(const std::string word, ask_word(programs, std::move(systemctl), unit));
  return state_of(word);
}

Status set_unit_state(const Programs& programs, const std::vector<std::string>& systemctl,
                      const std::string& unit, State state) {
  if (state == State::masked) return call(programs, systemctl, {"--quiet", "mask"}, unit);
  TRY_ASSIGN(const std::string before, ask_word(programs, systemctl, unit));
  if (before == "masked") TRY(call(programs, systemctl, {"--quiet", "unmask"}, unit));
  if (before == "masked-runtime") {
    TRY(call(programs, systemctl, {"--quiet", "--runtime", "unmask"}, unit));
  }
  TRY_ASSIGN(const std::string word, ask_word(programs, systemctl, unit));
  const auto now = state_of(word);
  const bool can_be_told = now && now != StartState::fixed;
  if (!can_be_told && state == State::disabled) return {};
  if (!now) {
    return fail(std::format("there is no unit '{}'", unit),
                "install what has it, or write its file first");
  }
  if (!can_be_told) {
    return fail(
        std::format("unit '{}' cannot be enabled: systemctl says that it is {}", unit, word),
        "enable the unit that starts it; a unit of its own has an [Install] section");
  }
  return call(programs, systemctl, {"--quiet", state == State::enabled ? "enable" : "disable"},
              unit);
}

}  // namespace muster::apply
