// file: a regular file with exactly this content.

#include <format>
#include <sys/stat.h>

#include "core/apply/kinds.h"
#include "core/apply/kinds/paths.h"
#include "core/os/files.h"
#include "core/os/hash.h"

namespace muster::apply {
namespace {

EffectResult write_former(const std::string& path, const std::string& now, TakingBack& back) {
  const auto content = back.record.content(back.entry.former);
  if (!content) {
    return fail(std::format("its former content is lost: {}", content.error().message),
                std::format("write '{}' as it shall be, or remove it", path));
  }
  TRY_ASSIGN(const os::FileState state, os::read_state(path));
  if (*content == now && is_same(state.mode, back.entry.former.mode)) return Effect::unchanged;
  TRY(back.changes.make(path,
                        [&] { return os::write_file(path, *content, back.entry.former.mode); }));
  return Effect::changed;
}

}  // namespace

EffectResult make_true(const plan::WriteFile& step, Machine& machine) {
  TRY_ASSIGN(const Ids ids, find_ids(step.owner, step.group));
  const std::string& path = step.path;
  struct stat now{};
  const bool present = lstat(path.c_str(), &now) == 0 && S_ISREG(now.st_mode);
  if (present && (now.st_mode & 07777U) == step.mode && now.st_uid == static_cast<uid_t>(ids.uid) &&
      now.st_gid == static_cast<gid_t>(ids.gid)) {
    const auto content = os::read_file(path);
    if (content && *content == step.content) return Effect::unchanged;
  }
  TRY(machine.changes.make(step.path, [&] {
    return os::write_file(path, step.content, {.mode = step.mode, .uid = ids.uid, .gid = ids.gid});
  }));
  return Effect::changed;
}

Result<Sight> see(const plan::WriteFile& step, const Surroundings&) { return see_path(step.path); }

EffectResult take_back(const plan::WriteFile& step, TakingBack& back) {
  const Former& former = back.entry.former;
  if (former.kind == Former::Kind::other || os::is_missing(step.path)) return Effect::unchanged;
  const auto now = os::read_plain_file(step.path);
  // Whoever wrote it since wants it as it is.
  if (!now || !back.entry.wrote(os::sha256(*now))) return Effect::unchanged;
  switch (former.kind) {
    case Former::Kind::file:
      return write_former(step.path, *now, back);
    case Former::Kind::link:
      TRY(back.changes.make(step.path, [&] { return os::write_symlink(step.path, former.text); }));
      return Effect::changed;
    case Former::Kind::absent:
      TRY(back.changes.make(step.path, [&] { return os::remove_tree(step.path); }));
      remove_parents(step.path, former.text);
      return Effect::changed;
    default:
      return Effect::unchanged;
  }
}

}  // namespace muster::apply
