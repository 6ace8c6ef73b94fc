#include "core/apply/kinds/paths.h"

#include <filesystem>
#include <format>

#include "core/base/text.h"
#include "core/crypto/hash.h"

namespace muster::apply {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestLink = 4096;

bool is_missing(const Files& files, const fs::path& path) {
  const auto state = files.look(path);
  return state && state->kind == PathState::Kind::absent;
}

/// The topmost of the directories that lead to `path` and are missing; empty for none.
std::string topmost_missing(const Files& files, const fs::path& path) {
  std::string topmost;
  for (fs::path each = path.parent_path(); is_missing(files, each); each = each.parent_path()) {
    topmost = each;
  }
  return topmost;
}

}  // namespace

Result<os::FileMode> find_mode(Names& names, std::uint32_t mode, const std::string& owner,
                               const std::string& group) {
  TRY_ASSIGN(const auto user, names.find_user(owner));
  if (!user) return fail(std::format("there is no user '{}'", printable(owner)));
  TRY_ASSIGN(const auto entry, names.find_group(group));
  if (!entry) return fail(std::format("there is no group '{}'", printable(group)));
  return os::FileMode{
      .mode = mode, .uid = static_cast<int>(user->uid), .gid = static_cast<int>(entry->gid)};
}

bool is_same(const os::FileMode& a, const os::FileMode& b) {
  return a.mode == b.mode && a.uid == b.uid && a.gid == b.gid;
}

Sight see_path(const Files& files, const std::string& path) {
  const auto state = files.look(path);
  if (!state) return {};
  switch (state->kind) {
    case PathState::Kind::absent:
      return {.former = {.kind = Former::Kind::absent, .text = topmost_missing(files, path)}};
    case PathState::Kind::link:
      // A link that leads nowhere is a link.
      if (printable(state->link, kLongestLink) != state->link) return {};
      return {.former = {.kind = Former::Kind::link, .text = state->link}};
    case PathState::Kind::directory:
      if (state->mode.uid < 0 || state->mode.gid < 0) return {};
      return {.former = {.kind = Former::Kind::directory, .mode = state->mode}};
    case PathState::Kind::file:
      break;
    case PathState::Kind::other:
      return {};
  }
  auto content = files.read(path);
  if (!content || state->mode.uid < 0 || state->mode.gid < 0) return {};
  return {
      .former = {.kind = Former::Kind::file, .text = crypto::sha256(*content), .mode = state->mode},
      .content = std::move(*content)};
}

void remove_parents(Files& files, const std::string& path, const std::string& topmost) {
  if (topmost.empty()) return;
  for (fs::path each = fs::path(path).parent_path();
       files.remove_directory(each) && each != fs::path(topmost);) {
    each = each.parent_path();
  }
}

bool remove_made_directory(Files& files, const std::string& path, const Former& former) {
  if (!files.remove_directory(path)) return false;
  remove_parents(files, path, former.text);
  return true;
}

}  // namespace muster::apply
