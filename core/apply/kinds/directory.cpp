// directory: a directory with this owner and mode.

#include <format>
#include <sys/stat.h>
#include <unistd.h>

#include "core/apply/kinds.h"
#include "core/apply/kinds/paths.h"
#include "core/os/files.h"

namespace muster::apply {

EffectResult make_true(const plan::MakeDirectory& step, Machine&) {
  TRY_ASSIGN(const Ids ids, find_ids(step.owner, step.group));
  const std::string& path = step.path;
  struct stat now{};
  if (stat(path.c_str(), &now) == 0) {
    if (!S_ISDIR(now.st_mode)) {
      return fail(std::format("'{}' is not a directory", step.path), "move it away");
    }
    if (step.existing == plan::MakeDirectory::Existing::keep) return Effect::unchanged;
    const bool same = (now.st_mode & 07777U) == step.mode &&
                      now.st_uid == static_cast<uid_t>(ids.uid) &&
                      now.st_gid == static_cast<gid_t>(ids.gid);
    if (same) return Effect::unchanged;
    if (chown(path.c_str(), static_cast<uid_t>(ids.uid), static_cast<gid_t>(ids.gid)) != 0 ||
        chmod(path.c_str(), step.mode) != 0) {
      return fail(std::format("cannot change owner or mode of '{}'", step.path));
    }
    return Effect::changed;
  }
  TRY(os::make_directory(path, {.mode = step.mode, .uid = ids.uid, .gid = ids.gid}));
  return Effect::changed;
}

Result<Sight> see(const plan::MakeDirectory& step, const Surroundings&) {
  return see_path(step.path);
}

EffectResult take_back(const plan::MakeDirectory& step, TakingBack& back) {
  if (back.entry.former.kind == Former::Kind::absent) {
    return remove_made_directory(step.path, back.entry.former) ? Effect::changed
                                                               : Effect::unchanged;
  }
  const bool was_corrected = back.entry.former.kind == Former::Kind::directory &&
                             step.existing == plan::MakeDirectory::Existing::correct;
  const auto now = os::read_state(step.path);
  if (!was_corrected || !now || !now->is_directory || now->mode.mode != step.mode ||
      is_same(now->mode, back.entry.former.mode)) {
    return Effect::unchanged;
  }
  const os::FileMode& mode = back.entry.former.mode;
  if (chown(step.path.c_str(), static_cast<uid_t>(mode.uid), static_cast<gid_t>(mode.gid)) != 0 ||
      chmod(step.path.c_str(), mode.mode) != 0) {
    return fail(std::format("cannot give '{}' its former owner and mode", step.path));
  }
  return Effect::changed;
}

}  // namespace muster::apply
