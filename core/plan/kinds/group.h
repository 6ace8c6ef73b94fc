#pragma once
// group: a group with this number.

#include "core/plan/kind.h"

namespace muster::plan {

struct EnsureGroup {
  static constexpr std::string_view kKind = "group";
  std::string name;
  std::uint32_t gid = 0;
  bool operator==(const EnsureGroup&) const = default;

  static void members(auto& step, auto&& visit) {
    visit("name", step.name);
    visit("gid", step.gid);
  }
  static Status check(const EnsureGroup& step) { return check_name("group", step.name, "_-."); }
  std::string subject() const { return "group " + name; }
  std::string words() const { return std::format("group {} ({})", name, gid); }
};

}  // namespace muster::plan
