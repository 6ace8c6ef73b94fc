#pragma once
// remove_directory: no directory of this name. One that has something in it stays, and is told.

#include "core/plan/kind.h"

namespace muster::plan {

struct RemoveDirectory {
  static constexpr std::string_view kKind = "remove_directory";
  std::string path;
  bool operator==(const RemoveDirectory&) const = default;

  static void members(auto& step, auto&& visit) { visit("path", step.path); }
  std::string subject() const { return "directory " + path; }
  std::string words() const { return std::format("remove directory {}", path); }
};

}  // namespace muster::plan
