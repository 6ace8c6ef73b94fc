// mount: a file system mounted at a directory.

#include <filesystem>
#include <format>

#include "core/apply/bound.h"
#include "core/apply/kinds.h"
#include "core/apply/kinds/paths.h"
#include "core/base/mounts.h"
#include "core/os/files.h"

namespace muster::apply {
namespace {

namespace fs = std::filesystem;

/// Whether one directory is bound to another already; findmnt names what lies below both.
bool is_bound(const plan::MountFileSystem& step) {
  std::error_code error;
  return is_bind(step) && std::filesystem::equivalent(step.source, step.target, error);
}

/// A directory that was bound before its source had all that is mounted below it now. What lies
/// in a user's own directory waits for the next start.
EffectResult bind_what_is_missing(const plan::MountFileSystem& step, Machine& machine) {
  if (!step.options.starts_with("rbind")) return Effect::unchanged;
  TRY_ASSIGN(const std::string text, os::read_file("/proc/self/mountinfo"));
  const auto unbound = find_unbound(parse_mounts(text), step.source, step.target);
  Status done;
  Effect effect = Effect::unchanged;
  for (const Unbound& each : unbound) {
    if (!leads_through_root_alone(step.source, each.source) || !is_mounted_here(each.source)) {
      continue;
    }
    // What is mounted in a directory that was bound alone would be mounted at its source, too.
    if (effect == Effect::unchanged)
      TRY(machine.programs.run({"mount", "--make-rslave", "--", step.target}));
    effect = Effect::changed;
    Status bound = machine.changes.make(step.target, [&] {
      return machine.programs.run(
          {"mount", "-t", step.type, "-o", step.options, "--", each.source, each.target});
    });
    if (!bound) done = std::move(bound);
  }
  TRY(std::move(done));
  return effect;
}

/// Sets `waits` when it cannot be now.
Status unmount(const plan::MountFileSystem& step, TakingBack& back) {
  std::error_code error;
  if (step.type == "tmpfs" && !fs::is_empty(step.target, error)) {
    back.waits = std::format("it has files, which are in memory only; move them, then 'umount {}'",
                             step.target);
    return {};
  }
  std::vector<std::string> argv = {"umount"};
  if (step.options.starts_with("rbind")) argv.emplace_back("--recursive");
  argv.insert(argv.end(), {"--", step.target});
  const Status done =
      back.changes.make(step.target, [&]() -> Status { return back.programs.run(argv); });
  // Most of all that somebody uses it, which umount(8) says.
  if (!done) {
    back.waits =
        std::format("{}; 'fuser --mount {}' shows who uses it", done.error().message, step.target);
  }
  return {};
}

}  // namespace

EffectResult make_true(const plan::MountFileSystem& step, Machine& machine) {
  if (is_bound(step)) return bind_what_is_missing(step, machine);
  TRY_ASSIGN(const std::string mounted, mounted_at(step.target, machine.programs));
  if (!mounted.empty()) {
    if (!is_bind(step) && mounted.starts_with(step.source + " ")) return Effect::unchanged;
    return fail(std::format("'{}' is mounted from '{}'", step.target, mounted),
                "unmount it, then apply again");
  }
  TRY(os::make_directory(step.target));
  TRY(machine.changes.make(step.target, [&] {
    return machine.programs.run(
        {"mount", "-t", step.type, "-o", step.options, "--", step.source, step.target});
  }));
  return Effect::changed;
}

Result<Sight> see(const plan::MountFileSystem& step, const Surroundings& around) {
  TRY_ASSIGN(const std::string mounted, mounted_at(step.target, around.programs));
  if (!mounted.empty()) return Sight{.former = {.kind = Former::Kind::mounted}};
  return see_path(step.target);
}

EffectResult take_back(const plan::MountFileSystem& step, TakingBack& back) {
  if (back.entry.former.kind == Former::Kind::mounted ||
      back.entry.former.kind == Former::Kind::other) {
    return Effect::unchanged;
  }
  TRY_ASSIGN(const std::string mounted, mounted_at(step.target, back.programs));
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
    remove_made_directory(step.target, back.entry.former);
  return is_ours ? Effect::changed : Effect::unchanged;
}

}  // namespace muster::apply
