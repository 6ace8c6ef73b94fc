#pragma once
// remove_user: no account of this name and number; its home and files are kept. One of another
// number is somebody else's.

#include "core/plan/kind.h"

namespace muster::plan {

struct RemoveUser {
  static constexpr std::string_view kKind = "remove_user";
  std::string name;
  std::uint32_t uid = 0;
  bool operator==(const RemoveUser&) const = default;

  static void members(auto& step, auto&& visit) {
    visit("name", step.name);
    visit("uid", step.uid);
  }
  std::string subject() const { return "user " + name; }
  std::string words() const { return std::format("remove user {}", name); }
};

}  // namespace muster::plan
