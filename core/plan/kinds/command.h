#pragma once
// command: what a program makes true that no other kind can say. Its owner declares how it is seen,
// made and taken back, each as an argument vector.

#include "core/plan/kind.h"

namespace muster::plan {

struct RunCommand {
  static constexpr std::string_view kKind = "command";
  /// A word for people and for telling one command from another.
  std::string name;
  /// Ends with status 0 when it holds. Changes nothing.
  std::vector<std::string> check;
  /// Makes it hold: afterwards `check` says so.
  std::vector<std::string> run;
  /// Run when the step leaves the plan, where it did not hold before the plan came. Empty: it
  /// stays.
  std::vector<std::string> undo = {};
  /// How long each may take, in seconds.
  std::uint32_t limit = 180;
  bool operator==(const RunCommand&) const = default;

  static void members(auto& step, auto&& visit) {
    visit("name", step.name);
    visit("check", step.check);
    visit("run", step.run);
    visit("undo", step.undo);
    visit("limit", step.limit);
  }
  std::string subject() const { return "command " + name; }
  std::string words() const { return std::format("command {}", name); }
};

}  // namespace muster::plan
