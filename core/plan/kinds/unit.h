#pragma once
// unit: what the start of the system does with a systemd unit, as systemctl(1) has the words. A
// service step says whether it runs now.

#include "core/plan/kind.h"

namespace muster::plan {

struct Unit {
  static constexpr std::string_view kKind = "unit";
  std::string unit;
  enum class State { enabled, disabled, masked } state = State::enabled;
  bool operator==(const Unit&) const = default;

  static void members(auto& step, auto&& visit) {
    visit("unit", step.unit);
    visit("state", step.state);
  }
  static Status check(const Unit& step) { return check_name("unit", step.unit, kUnitMarks); }
  std::string subject() const { return "unit " + unit; }
  std::string words() const;
};

constexpr std::array<Word<Unit::State>, 3> words_of(Unit::State) {
  using enum Unit::State;
  return {{{enabled, "enabled"}, {disabled, "disabled"}, {masked, "masked"}}};
}

inline std::string Unit::words() const { return std::format("unit {} {}", unit, word_of(state)); }

}  // namespace muster::plan
