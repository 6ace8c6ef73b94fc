#pragma once
// link: a symbolic link that says `to`, in place of a file or another link.

#include "core/plan/kind.h"

namespace muster::plan {

struct MakeLink {
  static constexpr std::string_view kKind = "link";
  std::string path;
  /// As it stands in the link: absolute, or from the link's own directory.
  std::string to;
  bool operator==(const MakeLink&) const = default;

  static void members(auto& step, auto&& visit) {
    visit("path", step.path);
    visit("to", step.to);
  }
  std::string subject() const { return "file " + path; }
  std::string words() const { return std::format("link {} to {}", path, to); }
};

}  // namespace muster::plan
