#pragma once
// kernel_setting: a value of sysctl(8) for this run of the system.

#include "core/plan/kind.h"

namespace muster::plan {

struct SetKernel {
  static constexpr std::string_view kKind = "kernel_setting";
  std::string name;
  std::string value;
  bool operator==(const SetKernel&) const = default;

  static void members(auto& step, auto&& visit) {
    visit("name", step.name);
    visit("value", step.value);
  }
  std::string subject() const { return "kernel setting " + name; }
  std::string words() const { return std::format("kernel setting {} = {}", name, value); }
};

}  // namespace muster::plan
