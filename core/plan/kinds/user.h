#pragma once
// user: a login account with these numbers; its primary group has the same name and number.

#include "core/plan/kind.h"

namespace muster::plan {

struct EnsureUser {
  static constexpr std::string_view kKind = "user";
  std::string name;
  std::uint32_t uid = 0;
  std::string full_name;
  std::string home;
  std::string shell = "/bin/bash";
  /// Whether the home directory is made here (on the head) or comes by a mount (on nodes).
  enum class Home { make, mounted } make_home = Home::mounted;
  bool operator==(const EnsureUser&) const = default;

  static void members(auto& step, auto&& visit) {
    visit("name", step.name);
    visit("uid", step.uid);
    visit("full_name", step.full_name);
    visit("home", step.home);
    visit("shell", step.shell);
    visit("make_home", step.make_home);
  }
  std::string subject() const { return "user " + name; }
  std::string words() const { return std::format("user {} ({}), home {}", name, uid, home); }
};

constexpr std::array<Word<EnsureUser::Home>, 2> words_of(EnsureUser::Home) {
  using enum EnsureUser::Home;
  return {{{make, "make"}, {mounted, "mounted"}}};
}

}  // namespace muster::plan
