#include "core/apply/undo.h"

#include <format>
#include <sys/stat.h>
#include <unistd.h>

#include "core/apply/bound.h"
#include "core/apply/services.h"
#include "core/base/text.h"
#include "core/os/hash.h"

namespace muster::apply {
namespace {

namespace fs = std::filesystem;

using Kind = Former::Kind;

bool is_same(const os::FileMode& a, const os::FileMode& b) {
  return a.mode == b.mode && a.uid == b.uid && a.gid == b.gid;
}

/// Removes an empty directory. False: it is not empty, or no directory.
bool remove_if_empty(const fs::path& directory) { return rmdir(directory.c_str()) == 0; }

/// Removes the empty directories that were made for `path`, up to the topmost one.
void remove_parents(const fs::path& path, const fs::path& topmost) {
  if (topmost.empty()) return;
  for (fs::path each = path.parent_path(); remove_if_empty(each) && each != topmost;) {
    each = each.parent_path();
  }
}

struct PutBack {
  const Programs& programs;
  Changes& changes;
  const Record& record;
  const fs::path& settings;
  const Entry& entry;
  /// Why it stays for now.
  std::string waits = {};

  EffectResult stays(std::string why) {
    waits = std::move(why);
    return Effect::unchanged;
  }

  EffectResult operator()(const plan::WriteFile& step) {
    const Former& former = entry.former;
    if (former.kind == Kind::other || os::is_missing(step.path)) return Effect::unchanged;
    const auto now = os::read_plain_file(step.path);
    // Whoever wrote it since wants it as it is.
    if (!now || !entry.wrote(os::sha256(*now))) return Effect::unchanged;
    switch (former.kind) {
      case Kind::file:
        return write_former(step.path, *now);
      case Kind::link:
        TRY(changes.make(step.path, [&] { return os::write_symlink(step.path, former.text); }));
        return Effect::changed;
      case Kind::absent:
        TRY(changes.make(step.path, [&] { return os::remove_tree(step.path); }));
        remove_parents(step.path, former.text);
        return Effect::changed;
      default:
        return Effect::unchanged;
    }
  }

  EffectResult write_former(const std::string& path, const std::string& now) {
    const auto content = record.content(entry.former);
    if (!content) {
      return fail(std::format("its former content is lost: {}", content.error().message),
                  std::format("write '{}' as it shall be, or remove it", path));
    }
    TRY_ASSIGN(const os::FileState state, os::read_state(path));
    if (*content == now && is_same(state.mode, entry.former.mode)) return Effect::unchanged;
    TRY(changes.make(path, [&] { return os::write_file(path, *content, entry.former.mode); }));
    return Effect::changed;
  }

  EffectResult operator()(const plan::MakeDirectory& step) {
    if (entry.former.kind == Kind::absent) return remove_directory(step.path);
    const bool was_corrected = entry.former.kind == Kind::directory &&
                               step.existing == plan::MakeDirectory::Existing::correct;
    const auto now = os::read_state(step.path);
    if (!was_corrected || !now || !now->is_directory || now->mode.mode != step.mode ||
        is_same(now->mode, entry.former.mode)) {
      return Effect::unchanged;
    }
    const os::FileMode& mode = entry.former.mode;
    if (chown(step.path.c_str(), static_cast<uid_t>(mode.uid), static_cast<gid_t>(mode.gid)) != 0 ||
        chmod(step.path.c_str(), mode.mode) != 0) {
      return fail(std::format("cannot give '{}' its former owner and mode", step.path));
    }
    return Effect::changed;
  }

  /// One that has something in it is somebody's by now.
  EffectResult remove_directory(const std::string& path) {
    if (!remove_if_empty(path)) return Effect::unchanged;
    remove_parents(path, entry.former.text);
    return Effect::changed;
  }

  EffectResult operator()(const plan::MountFileSystem& step) {
    if (entry.former.kind == Kind::mounted || entry.former.kind == Kind::other) {
      return Effect::unchanged;
    }
    TRY_ASSIGN(const std::string mounted, mounted_at(step.target, programs));
    if (mounted.contains('\n')) {
      return stays(
          std::format("somebody mounted another file system over it; 'findmnt {}' shows "
                      "both",
                      step.target));
    }
    const bool is_ours =
        !mounted.empty() && (is_bind(step) || mounted.starts_with(step.source + " "));
    if (!mounted.empty() && !is_ours) return Effect::unchanged;
    if (is_ours) {
      TRY(unmount(step));
      if (!waits.empty()) return Effect::unchanged;
    }
    if (entry.former.kind == Kind::absent) TRY(remove_directory(step.target));
    return is_ours ? Effect::changed : Effect::unchanged;
  }

  /// Sets `waits` when it cannot be now.
  Status unmount(const plan::MountFileSystem& step) {
    std::error_code error;
    if (step.type == "tmpfs" && !fs::is_empty(step.target, error)) {
      waits = std::format("it has files, which are in memory only; move them, then 'umount {}'",
                          step.target);
      return {};
    }
    std::vector<std::string> argv = {"umount"};
    if (step.options.starts_with("rbind")) argv.emplace_back("--recursive");
    argv.insert(argv.end(), {"--", step.target});
    const Status done = changes.make(step.target, [&]() -> Status { return programs.run(argv); });
    // Most of all that somebody uses it, which umount(8) says.
    if (!done) {
      waits = std::format("{}; 'fuser --mount {}' shows who uses it", done.error().message,
                          step.target);
    }
    return {};
  }

  EffectResult operator()(const plan::SetHostname& step) {
    const auto now = os::read_file(settings / "hostname");
    const bool is_ours = now && trim(*now) == step.name;
    if (entry.former.kind != Kind::name || !is_ours || entry.former.text == step.name) {
      return Effect::unchanged;
    }
    TRY(os::write_file(settings / "hostname", entry.former.text + "\n"));
    TRY(programs.run({"hostname", entry.former.text}));
    return Effect::changed;
  }

  EffectResult operator()(const plan::Service& step) {
    const bool runs = step.state == plan::Service::State::running;
    const bool ran = entry.former.kind == Kind::running;
    if (entry.former.kind == Kind::other || runs == ran) return Effect::unchanged;
    TRY_ASSIGN(const bool running, is_running(programs, step.unit));
    if (running == ran) return Effect::unchanged;
    TRY(ran ? start_service(programs, step.unit) : programs.run({"systemctl", "stop", step.unit}));
    return Effect::changed;
  }

  EffectResult operator()(const auto&) { return Effect::unchanged; }
};

Outcome outcome_of(const plan::Step& step, const EffectResult& effect, std::string waits) {
  Outcome outcome{.step = "no longer: " + plan::subject(step), .origin = step.origin};
  if (!effect) {
    outcome.kind = Outcome::Kind::failed;
    outcome.reason = effect.error().text();
  } else if (!waits.empty()) {
    outcome.kind = Outcome::Kind::kept;
    outcome.reason = std::move(waits);
  } else if (*effect == Effect::changed) {
    outcome.kind = Outcome::Kind::taken_back;
  }
  return outcome;
}

}  // namespace

Outcome Undo::put_back(const Entry& entry) {
  PutBack back{.programs = programs_,
               .changes = changes_,
               .record = record_,
               .settings = settings_,
               .entry = entry};
  const EffectResult effect = std::visit(back, entry.step);
  return outcome_of(entry.step, effect, std::move(back.waits));
}

Outcome Undo::tell(const plan::Step& step) {
  const auto told = [&]() -> EffectResult {
    const auto* const service = std::get_if<plan::Service>(&step);
    if (service == nullptr || !changes_.is_touched(*service)) return Effect::unchanged;
    TRY_ASSIGN(const bool running, is_running(programs_, service->unit));
    if (!running) return Effect::unchanged;
    TRY(read_new_units(programs_, changes_));
    return tell_changes(programs_, changes_, *service);
  };
  return outcome_of(step, told(), {});
}

}  // namespace muster::apply
