#pragma once
// file: a regular file with exactly this content.

#include "core/base/units.h"
#include "core/plan/kind.h"

namespace muster::plan {

/// Secret content is in a plan that travels to its machine, and in no view of the plan: none is
/// printed, logged, answered to an administrator or shown in a diff.
enum class Secrecy { open, secret };

constexpr std::array<Word<Secrecy>, 2> words_of(Secrecy) {
  return {{{Secrecy::open, "open"}, {Secrecy::secret, "secret"}}};
}

struct WriteFile {
  static constexpr std::string_view kKind = "file";
  std::string path;
  std::string content;
  std::uint32_t mode = 0644;
  std::string owner = "root";
  std::string group = "root";
  Secrecy secrecy = Secrecy::open;
  bool operator==(const WriteFile&) const = default;

  static void members(auto& step, auto&& visit) {
    visit("path", step.path);
    visit("content", step.content);
    visit("mode", step.mode);
    visit("owner", step.owner);
    visit("group", step.group);
    visit("secrecy", step.secrecy);
  }
  std::string subject() const { return "file " + path; }
  std::string words() const {
    return std::format("write {} ({}, mode {:04o}, {}:{}{})", path, human(Bytes{content.size()}),
                       mode, owner, group, secrecy == Secrecy::secret ? ", secret" : "");
  }
};

}  // namespace muster::plan
