#pragma once
// unmount: nothing is mounted at `target`.

#include "core/plan/kind.h"

namespace muster::plan {

struct Unmount {
  static constexpr std::string_view kKind = "unmount";
  std::string target;
  bool operator==(const Unmount&) const = default;

  static void members(auto& step, auto&& visit) { visit("target", step.target); }
  std::string subject() const { return "mount " + target; }
  std::string words() const { return std::format("unmount {}", target); }
};

}  // namespace muster::plan
