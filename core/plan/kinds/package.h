#pragma once
// package: a package of the distribution is installed, in whichever version there is.

#include "core/plan/kind.h"

namespace muster::plan {

struct InstallPackage {
  static constexpr std::string_view kKind = "package";
  std::string name;
  bool operator==(const InstallPackage&) const = default;

  static void members(auto& step, auto&& visit) { visit("name", step.name); }
  /// Debian's policy, section 5.6.7, and perhaps ':' and an architecture. Other texts mean other
  /// things to apt-get(8): "a-" is removed.
  static Status check(const InstallPackage& step) {
    TRY(check_name("package", step.name, "+-.:"));
    if (step.name.back() != '-') return {};
    return fail(ErrorKind::invalid, std::format("'{}' is no name of a package", step.name));
  }
  std::string subject() const { return "package " + name; }
  std::string words() const { return std::format("package {}", name); }
};

}  // namespace muster::plan
