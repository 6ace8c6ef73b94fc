#pragma once
// package: a package of the distribution is installed, in whichever version there is.

#include "core/plan/kind.h"

namespace muster::plan {

struct InstallPackage {
  static constexpr std::string_view kKind = "package";
  std::string name;
  bool operator==(const InstallPackage&) const = default;

  static void members(auto& step, auto&& visit) { visit("name", step.name); }
  std::string subject() const { return "package " + name; }
  std::string words() const { return std::format("package {}", name); }
};

}  // namespace muster::plan
