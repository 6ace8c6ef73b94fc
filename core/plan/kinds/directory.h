#pragma once
// directory: a directory with this owner and mode.

#include "core/plan/kind.h"

namespace muster::plan {

struct MakeDirectory {
  static constexpr std::string_view kKind = "directory";
  std::string path;
  std::uint32_t mode = 0755;
  std::string owner = "root";
  std::string group = "root";
  /// What becomes of owner and mode of a directory that is there already.
  enum class Existing { correct, keep } existing = Existing::correct;
  bool operator==(const MakeDirectory&) const = default;

  static void members(auto& step, auto&& visit) {
    visit("path", step.path);
    visit("mode", step.mode);
    visit("owner", step.owner);
    visit("group", step.group);
    visit("existing", step.existing);
  }
  std::string subject() const { return "directory " + path; }
  std::string words() const {
    return std::format("directory {} (mode {:04o}, {}:{})", path, mode, owner, group);
  }
};

constexpr std::array<Word<MakeDirectory::Existing>, 2> words_of(MakeDirectory::Existing) {
  using enum MakeDirectory::Existing;
  return {{{correct, "correct"}, {keep, "keep"}}};
}

}  // namespace muster::plan
