#pragma once
// hostname: the machine's name.

#include "core/plan/kind.h"

namespace muster::plan {

struct SetHostname {
  static constexpr std::string_view kKind = "hostname";
  std::string name;
  bool operator==(const SetHostname&) const = default;

  static void members(auto& step, auto&& visit) { visit("name", step.name); }
  static std::string subject() { return "hostname"; }
  std::string words() const { return std::format("host name {}", name); }
};

}  // namespace muster::plan
