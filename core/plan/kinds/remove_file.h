#pragma once
// remove_file: no file or link of this name. Directories are left alone.

#include "core/plan/kind.h"

namespace muster::plan {

struct RemoveFile {
  static constexpr std::string_view kKind = "remove_file";
  std::string path;
  bool operator==(const RemoveFile&) const = default;

  static void members(auto& step, auto&& visit) { visit("path", step.path); }
  std::string subject() const { return "file " + path; }
  std::string words() const { return std::format("remove {}", path); }
};

}  // namespace muster::plan
