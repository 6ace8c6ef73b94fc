#include "core/apply/apply.h"

#include <algorithm>
#include <format>
#include <functional>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "core/apply/accounts.h"
#include "core/apply/bound.h"
#include "core/apply/programs.h"
#include "core/base/mounts.h"
#include "core/base/text.h"
#include "core/os/files.h"
#include "core/os/name_service.h"

namespace muster::apply {
namespace {

using plan::Service;

struct Ids {
  int uid = -1;
  int gid = -1;
};

Result<Ids> find_ids(const std::string& owner, const std::string& group) {
  TRY_ASSIGN(const auto user, os::find_user(owner));
  if (!user) return fail(std::format("there is no user '{}'", printable(owner)));
  TRY_ASSIGN(const auto entry, os::find_group(group));
  if (!entry) return fail(std::format("there is no group '{}'", printable(group)));
  return Ids{static_cast<int>(user->uid), static_cast<int>(entry->gid)};
}

class Applier {
 public:
  explicit Applier(const Target& target)
      : target_(target), programs_(target.runner), accounts_(programs_, target.settings) {}

  Accounts& accounts() { return accounts_; }

  /// What an earlier apply wrote and no service has heard of yet.
  Status load_pending() {
    if (target_.pending.empty() || os::is_missing(target_.pending)) return {};
    TRY_ASSIGN(const std::string text, os::read_file(target_.pending));
    for (const std::string& path : lines(text)) written_.insert(path);
    units_changed_ = std::ranges::any_of(written_, is_unit);
    return {};
  }

  /// This service could not be told of what it watches, or of what it is.
  void owe(const Service& step) {
    for (const auto& watched : {step.watches, step.restart_watches}) {
      for (const std::string& path : watched) {
        if (written_.contains(path)) owed_.insert(path);
      }
    }
  }

  /// The next apply tells only those that have not heard: a step that fails for days must not start
  /// every other service anew each time it is tried.
  Status keep_owed() {
    if (target_.pending.empty()) return {};
    for (const std::string& path : written_) {
      if (units_changed_ && is_unit(path)) owed_.insert(path);
    }
    if (owed_.empty()) return os::remove_tree(target_.pending);
    return os::write_file(target_.pending, text_of(owed_));
  }

  /// Makes one step true, and says what it came to.
  Outcome take(const plan::Step& step) {
    Outcome outcome{.step = plan::describe(step)};
    const EffectResult effect = std::visit(*this, step);
    if (!effect) {
      if (const auto* const service = std::get_if<Service>(&step)) owe(*service);
      outcome.kind = Outcome::Kind::failed;
      outcome.reason = effect.error().text();
    } else if (*effect == Effect::changed) {
      outcome.kind = Outcome::Kind::changed;
    }
    return outcome;
  }

  EffectResult operator()(const plan::WriteFile& step) {
    TRY_ASSIGN(const Ids ids, find_ids(step.owner, step.group));
    const std::string& path = step.path;
    struct stat now{};
    const bool present = lstat(path.c_str(), &now) == 0 && S_ISREG(now.st_mode);
    if (present && (now.st_mode & 07777U) == step.mode &&
        now.st_uid == static_cast<uid_t>(ids.uid) && now.st_gid == static_cast<gid_t>(ids.gid)) {
      const auto content = os::read_file(path);
      if (content && *content == step.content) return Effect::unchanged;
    }
    TRY(change(step.path, [&] {
      return os::write_file(path, step.content,
                            {.mode = step.mode, .uid = ids.uid, .gid = ids.gid});
    }));
    units_changed_ = units_changed_ || is_unit(step.path);
    return Effect::changed;
  }

  EffectResult operator()(const plan::MakeDirectory& step) {
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

  EffectResult operator()(const plan::RemoveFile& step) {
    const std::string& path = step.path;
    std::error_code error;
    const auto kind = std::filesystem::symlink_status(path, error).type();
    if (kind == std::filesystem::file_type::not_found) return Effect::unchanged;
    if (kind == std::filesystem::file_type::directory) {
      return fail(std::format("'{}' is a directory; only files are removed", step.path));
    }
    TRY(change(step.path, [&]() -> Status {
      if (std::filesystem::remove(path, error)) return {};
      return fail(std::format("cannot remove '{}': {}", step.path, error.message()));
    }));
    return Effect::changed;
  }

  EffectResult operator()(const plan::EnsureGroup& step) { return accounts_.ensure(step); }
  EffectResult operator()(const plan::EnsureUser& step) { return accounts_.ensure(step); }
  EffectResult operator()(const plan::RemoveUser& step) { return accounts_.remove(step); }

  /// Whether a step binds a directory, alone or with what is mounted below it.
  static bool is_bind(const plan::MountFileSystem& step) {
    return step.options == "bind" || step.options.starts_with("rbind");
  }

  /// Whether one directory is bound to another already; findmnt names what lies below both.
  bool is_bound(const plan::MountFileSystem& step) const {
    std::error_code error;
    return is_bind(step) && std::filesystem::equivalent(step.source, step.target, error);
  }

  /// A directory that was bound before its source had all that is mounted below it now. What lies
  /// in a user's own directory waits for the next start.
  EffectResult bind_what_is_missing(const plan::MountFileSystem& step) {
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
        TRY(programs_.run({"mount", "--make-rslave", "--", step.target}));
      effect = Effect::changed;
      Status bound = change(step.target, [&] {
        return programs_.run(
            {"mount", "-t", step.type, "-o", step.options, "--", each.source, each.target});
      });
      if (!bound) done = std::move(bound);
    }
    TRY(std::move(done));
    return effect;
  }

  EffectResult operator()(const plan::MountFileSystem& step) {
    if (is_bound(step)) return bind_what_is_missing(step);
    TRY_ASSIGN(const os::CommandResult now,
               programs_.ask({"findmnt", "--noheadings", "--output", "SOURCE,FSTYPE",
                              "--mountpoint", step.target}));
    if (now.status == 0) {
      if (!is_bind(step) && now.out.starts_with(step.source + " ")) {
        return Effect::unchanged;
      }
      return fail(std::format("'{}' is mounted from '{}'", step.target, trim(now.out)),
                  "unmount it, then apply again");
    }
    TRY(os::make_directory(step.target));
    TRY(change(step.target, [&] {
      return programs_.run(
          {"mount", "-t", step.type, "-o", step.options, "--", step.source, step.target});
    }));
    return Effect::changed;
  }

  EffectResult operator()(const plan::SetHostname& step) {
    const auto now = os::read_file(target_.settings / "hostname");
    const bool kept = now && trim(*now) == step.name;
    // The file alone is not enough: whoever was cut off between the two has the old name still.
    TRY_ASSIGN(const os::CommandResult running, programs_.ask({"hostname"}));
    if (kept && trim(running.out) == step.name) return Effect::unchanged;
    TRY(os::write_file(target_.settings / "hostname", step.name + "\n"));
    TRY(programs_.run({"hostname", step.name}));
    return Effect::changed;
  }

  EffectResult operator()(const Service& step) {
    if (units_changed_) {
      TRY(programs_.run({"systemctl", "daemon-reload"}));
      units_changed_ = false;
    }
    const bool wanted = step.state == Service::State::running;
    TRY_ASSIGN(const os::CommandResult now,
               programs_.ask({"systemctl", "is-active", "--quiet", step.unit}));
    const bool running = now.status == 0;
    const auto written = [this](const std::string& path) { return written_.contains(path); };
    const bool replaced = std::ranges::any_of(step.restart_watches, written);
    const bool touched = replaced || std::ranges::any_of(step.watches, written);
    if (!wanted) {
      if (!running) return Effect::unchanged;
      TRY(programs_.run({"systemctl", "stop", step.unit}));
      return Effect::changed;
    }
    if (!running) {
      // A unit that failed too often is refused until its counter is cleared.
      TRY(programs_.ask({"systemctl", "reset-failed", step.unit}));
      TRY(programs_.run({"systemctl", "start", step.unit}));
      return Effect::changed;
    }
    if (!touched || (step.on_change == Service::OnChange::nothing && !replaced)) {
      return Effect::unchanged;
    }
    const bool reload = step.on_change == Service::OnChange::reload && !replaced;
    TRY(programs_.run({"systemctl", reload ? "reload" : "restart", step.unit}));
    return Effect::changed;
  }

 private:
  /// Changes what is at `path`. It is remembered before: whatever ends us, the services that watch
  /// the path are told of it the next time.
  Status change(const std::string& path, const std::function<Status()>& how) {
    const bool is_new = written_.insert(path).second;
    if (is_new && !target_.pending.empty()) {
      TRY(os::write_file(target_.pending, text_of(written_)));
    }
    Status done = how();
    // Nothing changed, and so there is nothing to hear of.
    if (!done && is_new) written_.erase(path);
    return done;
  }

  static bool is_unit(const std::string& path) { return path.starts_with("/etc/systemd/"); }

  static std::string text_of(const std::set<std::string>& paths) {
    std::string text;
    for (const std::string& path : paths) text += path + "\n";
    return text;
  }

  const Target& target_;
  Programs programs_;
  Accounts accounts_;
  /// What was written while services did not know of it.
  std::set<std::string> written_;
  /// What they do not know of still.
  std::set<std::string> owed_;
  /// A unit file was written and systemd has not read it yet.
  bool units_changed_ = false;
};

void add_failure(Report& report, std::string step, const Status& status) {
  if (status) return;
  report.outcomes.push_back(
      {.step = std::move(step), .kind = Outcome::Kind::failed, .reason = status.error().text()});
}

}  // namespace

bool Report::succeeded() const {
  return std::ranges::none_of(outcomes,
                              [](const Outcome& o) { return o.kind == Outcome::Kind::failed; });
}

std::size_t Report::changed() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      outcomes, [](const Outcome& o) { return o.kind == Outcome::Kind::changed; }));
}

nlohmann::json to_json(const Report& report) {
  nlohmann::json steps = nlohmann::json::array();
  for (const Outcome& outcome : report.outcomes) {
    const char* const kind = outcome.kind == Outcome::Kind::failed    ? "failed"
                             : outcome.kind == Outcome::Kind::changed ? "changed"
                                                                      : "unchanged";
    steps.push_back({{"step", outcome.step}, {"outcome", kind}, {"reason", outcome.reason}});
  }
  return {{"succeeded", report.succeeded()}, {"steps", std::move(steps)}};
}

Report apply(const plan::Plan& plan, const Target& target) {
  Applier applier(target);
  Report report;
  const Status loaded = applier.load_pending();
  add_failure(report, "what the last apply left", loaded);
  const auto take = [&](const plan::Step& step) {
    report.outcomes.push_back(applier.take(step));
    if (target.on_step) target.on_step(report.outcomes.back());
  };
  const auto leavers = applier.accounts().find_leavers(plan, target.undecided);
  add_failure(report, "the list of the accounts that were made here",
              leavers ? Status() : std::unexpected(leavers.error()));
  if (leavers) std::ranges::for_each(*leavers, take);
  applier.accounts().make_missing(plan);
  // The steps look for the new accounts.
  const auto flush = [&] {
    add_failure(report, "caches of the accounts", applier.accounts().flush_caches());
  };
  flush();
  std::ranges::for_each(plan.steps, take);
  flush();
  // What could not be read may hold more than is known.
  if (loaded) add_failure(report, "what is left to do", applier.keep_owed());
  return report;
}

}  // namespace muster::apply
