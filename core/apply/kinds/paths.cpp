#include "core/apply/kinds/paths.h"

#include <format>
#include <unistd.h>

#include "core/base/text.h"
#include "core/os/hash.h"
#include "core/os/name_service.h"

namespace muster::apply {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestLink = 4096;

/// The topmost of the directories that lead to `path` and are missing; empty for none.
std::string topmost_missing(const fs::path& path) {
  std::string topmost;
  for (fs::path each = path.parent_path(); os::is_missing(each); each = each.parent_path()) {
    topmost = each;
  }
  return topmost;
}

}  // namespace

Result<Ids> find_ids(const std::string& owner, const std::string& group) {
  TRY_ASSIGN(const auto user, os::find_user(owner));
  if (!user) return fail(std::format("there is no user '{}'", printable(owner)));
  TRY_ASSIGN(const auto entry, os::find_group(group));
  if (!entry) return fail(std::format("there is no group '{}'", printable(group)));
  return Ids{static_cast<int>(user->uid), static_cast<int>(entry->gid)};
}

bool is_same(const os::FileMode& a, const os::FileMode& b) {
  return a.mode == b.mode && a.uid == b.uid && a.gid == b.gid;
}

Sight see_path(const std::string& path) {
  std::error_code error;
  // A link that leads nowhere is a link.
  const fs::path target = fs::read_symlink(path, error);
  if (!error && printable(target.native(), kLongestLink) == target.native()) {
    return {.former = {.kind = Former::Kind::link, .text = target}};
  }
  if (!error) return {};
  if (os::is_missing(path)) {
    return {.former = {.kind = Former::Kind::absent, .text = topmost_missing(path)}};
  }
  const auto state = os::read_state(path);
  if (!state) return {};
  if (state->mode.uid < 0 || state->mode.gid < 0) return {};
  if (state->is_directory) {
    return {.former = {.kind = Former::Kind::directory, .mode = state->mode}};
  }
  auto content = state->is_plain ? os::read_plain_file(path) : fail("");
  if (!content) return {};
  return {.former = {.kind = Former::Kind::file, .text = os::sha256(*content), .mode = state->mode},
          .content = std::move(*content)};
}

bool remove_if_empty(const fs::path& directory) { return rmdir(directory.c_str()) == 0; }

void remove_parents(const fs::path& path, const fs::path& topmost) {
  if (topmost.empty()) return;
  for (fs::path each = path.parent_path(); remove_if_empty(each) && each != topmost;) {
    each = each.parent_path();
  }
}

bool remove_made_directory(const std::string& path, const Former& former) {
  if (!remove_if_empty(path)) return false;
  remove_parents(path, former.text);
  return true;
}

}  // namespace muster::apply
