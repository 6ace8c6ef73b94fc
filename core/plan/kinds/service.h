#pragma once
// service: a systemd unit in a wanted state.

#include "core/plan/kind.h"

namespace muster::plan {

struct Service {
  static constexpr std::string_view kKind = "service";
  std::string unit;
  enum class State { running, stopped } state = State::running;
  /// What is done when a file named in `watches` was changed by this plan.
  /// `reload_always`: also after a restart, for one that tells others by it.
  enum class OnChange { restart, reload, nothing, reload_always } on_change = OnChange::restart;
  std::vector<std::string> watches = {};
  /// Files whose change takes a restart, whatever `on_change` says.
  std::vector<std::string> restart_watches = {};
  bool operator==(const Service&) const = default;

  static void members(auto& step, auto&& visit) {
    visit("unit", step.unit);
    visit("state", step.state);
    visit("on_change", step.on_change);
    visit("watches", step.watches);
    visit("restart_watches", step.restart_watches);
  }
  static Status check(const Service& step) { return check_name("unit", step.unit, kUnitMarks); }
  std::string subject() const { return "service " + unit; }
  std::string words() const {
    return std::format("service {} {}", unit, state == State::running ? "running" : "stopped");
  }
};

constexpr std::array<Word<Service::State>, 2> words_of(Service::State) {
  using enum Service::State;
  return {{{running, "running"}, {stopped, "stopped"}}};
}

constexpr std::array<Word<Service::OnChange>, 4> words_of(Service::OnChange) {
  using enum Service::OnChange;
  return {{{restart, "restart"},
           {reload, "reload"},
           {nothing, "nothing"},
           {reload_always, "reload_always"}}};
}

}  // namespace muster::plan
