#pragma once
// mount: a file system mounted at `target`, as mount(8) names them.

#include "core/plan/kind.h"

namespace muster::plan {

struct MountFileSystem {
  static constexpr std::string_view kKind = "mount";
  std::string source;
  std::string target;
  std::string type;
  std::string options = "defaults";
  bool operator==(const MountFileSystem&) const = default;

  static void members(auto& step, auto&& visit) {
    visit("source", step.source);
    visit("target", step.target);
    visit("type", step.type);
    visit("options", step.options);
  }
  std::string subject() const { return "mount " + target; }
  std::string words() const {
    return std::format("mount {} on {} ({}, {})", source, target, type, options);
  }
};

}  // namespace muster::plan
