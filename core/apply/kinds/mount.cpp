// mount: a file system mounted at a directory.

#include <format>

#include "core/apply/bound.h"
#include "core/apply/kinds.h"
#include "core/apply/kinds/paths.h"

namespace muster::apply {
namespace {

/// Whether one directory is bound to another already; findmnt names what lies below both.
bool is_bound(const plan::MountFileSystem& step, Mounts& mounts) {
  return is_bind(step) && mounts.is_same_directory(step.source, step.target);
}

/// A directory that was bound before its source had all that is mounted below it now. What lies
/// in a user's own directory waits for the next start.
EffectResult bind_what_is_missing(const plan::MountFileSystem& step, Machine& machine) {
  if (!step.options.starts_with("rbind")) return Effect::unchanged;
  Mounts& mounts = machine.target.mounts();
  TRY_ASSIGN(const std::vector<Mount> all, mounts.list());
  const auto unbound = find_unbound(all, step.source, step.target);
  Status done;
  Effect effect = Effect::unchanged;
  for (const Unbound& each : unbound) {
    if (!mounts.is_safe_to_bind(step.source, each.source)) continue;
    // What is mounted in a directory that was bound alone would be mounted at its source, too.
    if (effect == Effect::unchanged) TRY(mounts.make_slave(step.target));
    effect = Effect::changed;
    Status bound = machine.changes.make(step.target, [&] {
      return mounts.mount({.source = each.source,
                           .target = each.target,
                           .type = step.type,
                           .options = step.options});
    });
    if (!bound) done = std::move(bound);
  }
  TRY(std::move(done));
  return effect;
}

/// Sets `waits` when it cannot be now.
Status unmount(const plan::MountFileSystem& step, TakingBack& back) {
  if (step.type == "tmpfs" && !back.target.files().is_empty(step.target)) {
    back.waits = std::format("it has files, which are in memory only; move them, then 'umount {}'",
                             step.target);
    return {};
  }
  const bool has_all = step.options.starts_with("rbind");
  const auto below = has_all ? Mounts::Below::all : Mounts::Below::none;
  const Status done = back.changes.make(
      step.target, [&] { return back.target.mounts().unmount(step.target, below); });
  // Most of all that somebody uses it, which umount(8) says.
  if (!done) {
    back.waits =
        std::format("{}; 'fuser --mount {}' shows who uses it", done.error().message, step.target);
  }
  return {};
}

}  // namespace

EffectResult make_true(const plan::MountFileSystem& step, Machine& machine) {
  Mounts& mounts = machine.target.mounts();
  if (is_bound(step, mounts)) return bind_what_is_missing(step, machine);
  TRY_ASSIGN(const std::string mounted, mounts.mounted_at(step.target));
  if (!mounted.empty()) {
    if (!is_bind(step) && mounted.starts_with(step.source + " ")) return Effect::unchanged;
    return fail(std::format("'{}' is mounted from '{}'", step.target, mounted),
                "unmount it, then apply again");
  }
  TRY(machine.target.files().make_directory(step.target, {.mode = 0755}));
  TRY(machine.changes.make(step.target, [&] { return mounts.mount(step); }));
  return Effect::changed;
}

Result<Sight> see(const plan::MountFileSystem& step, Target& target) {
  TRY_ASSIGN(const std::string mounted, target.mounts().mounted_at(step.target));
  if (!mounted.empty()) return Sight{.former = {.kind = Former::Kind::mounted}};
  return see_path(target.files(), step.target);
}

EffectResult take_back(const plan::MountFileSystem& step, TakingBack& back) {
  if (back.entry.former.kind == Former::Kind::mounted ||
      back.entry.former.kind == Former::Kind::other) {
    return Effect::unchanged;
  }
  TRY_ASSIGN(const std::string mounted, back.target.mounts().mounted_at(step.target));
  if (mounted.contains('\n')) {
    return back.stays(
        std::format("somebody mounted another file system over it; 'findmnt {}' shows "
                    "both",
                    step.target));
  }
  const bool is_ours =
      !mounted.empty() && (is_bind(step) || mounted.starts_with(step.source + " "));
  if (!mounted.empty() && !is_ours) return Effect::unchanged;
  if (is_ours) {
    TRY(unmount(step, back));
    if (!back.waits.empty()) return Effect::unchanged;
  }
  if (back.entry.former.kind == Former::Kind::absent)
    remove_made_directory(back.target.files(), step.target, back.entry.former);
  return is_ours ? Effect::changed : Effect::unchanged;
}

}  // namespace muster::apply
