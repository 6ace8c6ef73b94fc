#include "core/apply/apply.h"

#include <algorithm>
#include <format>
#include <functional>
#include <grp.h>
#include <pwd.h>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "core/apply/bound.h"
#include "core/base/mounts.h"
#include "core/base/text.h"
#include "core/os/files.h"

namespace muster::apply {
namespace {

using os::run_checked;
using plan::EnsureUser;
using plan::Service;

/// Whether a step changed anything.
enum class Effect { unchanged, changed };
using EffectResult = Result<Effect>;

struct Ids {
  int uid = -1;
  int gid = -1;
};

/// Numbers of the names in the target's own account files, which for a root that is being built are
/// not this machine's.
Result<Ids> find_ids(const std::string& owner, const std::string& group) {
  const passwd* const user = getpwnam(owner.c_str());
  if (user == nullptr) return fail(std::format("there is no user '{}'", printable(owner)));
  const ::group* const entry = getgrnam(group.c_str());
  if (entry == nullptr) return fail(std::format("there is no group '{}'", printable(group)));
  return Ids{static_cast<int>(user->pw_uid), static_cast<int>(entry->gr_gid)};
}

class Applier {
 public:
  explicit Applier(const Target& target) : target_(target) {}

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

  EffectResult operator()(const plan::WriteFile& step) {
    TRY_ASSIGN(const Ids ids, find_ids(step.owner, step.group));
    const auto path = in_root(step.path);
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
    const auto path = in_root(step.path);
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
    const auto path = in_root(step.path);
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

  EffectResult operator()(const plan::EnsureGroup& step) {
    if (const ::group* const now = getgrnam(step.name.c_str()); now != nullptr) {
      if (now->gr_gid == step.gid) return Effect::unchanged;
      // Whose files would change hands is not ours to decide.
      return fail(std::format("group '{}' already has number {} here", step.name, now->gr_gid),
                  "give the cluster's user another name");
    }
    TRY(run({"groupadd", "--gid", std::to_string(step.gid), step.name}));
    return Effect::changed;
  }

  EffectResult operator()(const EnsureUser& step) {
    const passwd* const now = getpwnam(step.name.c_str());
    if (now != nullptr && now->pw_uid != step.uid) {
      return fail(
          std::format("user '{}' already has number {} here", step.name, now->pw_uid),
          std::format("remove that account, or give the cluster's user number {}", now->pw_uid));
    }
    const bool same = now != nullptr && now->pw_dir == step.home && now->pw_shell == step.shell &&
                      now->pw_gecos == step.full_name;
    TRY((*this)(plan::EnsureGroup{.name = step.name, .gid = step.uid}));
    const bool is_new = now == nullptr;
    if (is_new) TRY(add_user(step));
    if (!is_new && !same) TRY(change_user(step));
    // useradd(8) makes the account before the home, and a full disk keeps it from the home.
    TRY_ASSIGN(const Effect home, ensure_home(step));
    return is_new || !same ? Effect::changed : home;
  }

  EffectResult operator()(const plan::RemoveUser& step) {
    const passwd* const now = getpwnam(step.name.c_str());
    if (now == nullptr || now->pw_uid != step.uid) return Effect::unchanged;
    // --force: a user who is still logged in loses the account all the same.
    TRY_ASSIGN(const os::CommandResult removed,
               target_.runner.run(command({"userdel", "--force", step.name})));
    // userdel(8): 12 is "home not removed", and the home is kept on purpose.
    if (removed.status != 0 && removed.status != 12) {
      return fail(std::format("userdel '{}': {}", step.name, trim(removed.err)));
    }
    return Effect::changed;
  }

  /// Whether a step binds a directory, alone or with what is mounted below it.
  static bool is_bind(const plan::MountFileSystem& step) {
    return step.options == "bind" || step.options.starts_with("rbind");
  }

  /// Whether one directory is bound to another already; findmnt names what lies below both.
  bool is_bound(const plan::MountFileSystem& step) const {
    std::error_code error;
    return is_bind(step) &&
           std::filesystem::equivalent(in_root(step.source), in_root(step.target), error);
  }

  /// A directory that was bound before its source had all that is mounted below it now. What lies
  /// in a user's own directory waits for the next start.
  EffectResult bind_what_is_missing(const plan::MountFileSystem& step) {
    if (!step.options.starts_with("rbind")) return Effect::unchanged;
    TRY_ASSIGN(const std::string text, os::read_file("/proc/self/mountinfo"));
    const auto unbound = find_unbound(parse_mounts(text), in_root(step.source).string(),
                                      in_root(step.target).string());
    Status done;
    Effect effect = Effect::unchanged;
    for (const Unbound& each : unbound) {
      if (!leads_through_root_alone(in_root(step.source), each.source) ||
          !is_mounted_here(each.source)) {
        continue;
      }
      // What is mounted in a directory that was bound alone would be mounted at its source, too.
      if (effect == Effect::unchanged) TRY(run({"mount", "--make-rslave", "--", step.target}));
      effect = Effect::changed;
      Status bound = change(step.target, [&] {
        return run({"mount", "-t", step.type, "-o", step.options, "--", each.source, each.target});
      });
      if (!bound) done = std::move(bound);
    }
    TRY(std::move(done));
    return effect;
  }

  EffectResult operator()(const plan::MountFileSystem& step) {
    if (is_bound(step)) return bind_what_is_missing(step);
    TRY_ASSIGN(const os::CommandResult now,
               target_.runner.run(command({"findmnt", "--noheadings", "--output", "SOURCE,FSTYPE",
                                           "--mountpoint", step.target})));
    if (now.status == 0) {
      if (!is_bind(step) && now.out.starts_with(step.source + " ")) {
        return Effect::unchanged;
      }
      return fail(std::format("'{}' is mounted from '{}'", step.target, trim(now.out)),
                  "unmount it, then apply again");
    }
    TRY(os::make_directory(in_root(step.target)));
    TRY(change(step.target, [&] {
      return run({"mount", "-t", step.type, "-o", step.options, "--", step.source, step.target});
    }));
    return Effect::changed;
  }

  EffectResult operator()(const plan::SetHostname& step) {
    const auto now = os::read_file(in_root("/etc/hostname"));
    const bool kept = now && trim(*now) == step.name;
    // The file alone is not enough: whoever was cut off between the two has the old name still.
    TRY_ASSIGN(const os::CommandResult running, target_.runner.run(command({"hostname"})));
    if (kept && trim(running.out) == step.name) return Effect::unchanged;
    TRY(os::write_file(in_root("/etc/hostname"), step.name + "\n"));
    TRY(run({"hostname", step.name}));
    return Effect::changed;
  }

  EffectResult operator()(const Service& step) {
    if (units_changed_) {
      TRY(run({"systemctl", "daemon-reload"}));
      units_changed_ = false;
    }
    const bool wanted = step.state == Service::State::running;
    TRY_ASSIGN(const os::CommandResult now,
               target_.runner.run(command({"systemctl", "is-active", "--quiet", step.unit})));
    const bool running = now.status == 0;
    const auto written = [this](const std::string& path) { return written_.contains(path); };
    const bool replaced = std::ranges::any_of(step.restart_watches, written);
    const bool touched = replaced || std::ranges::any_of(step.watches, written);
    if (!wanted) {
      if (!running) return Effect::unchanged;
      TRY(run({"systemctl", "stop", step.unit}));
      return Effect::changed;
    }
    if (!running) {
      // A unit that failed too often is refused until its counter is cleared.
      TRY(run({"systemctl", "reset-failed", step.unit}, Missing::fine));
      TRY(run({"systemctl", "start", step.unit}));
      return Effect::changed;
    }
    if (!touched || (step.on_change == Service::OnChange::nothing && !replaced)) {
      return Effect::unchanged;
    }
    const bool reload = step.on_change == Service::OnChange::reload && !replaced;
    TRY(run({"systemctl", reload ? "reload" : "restart", step.unit}));
    return Effect::changed;
  }

 private:
  enum class Missing { error, fine };

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

  Status add_user(const EnsureUser& step) const {
    const std::string home =
        step.make_home == EnsureUser::Home::make ? "--create-home" : "--no-create-home";
    return run({"useradd", "--uid", std::to_string(step.uid), "--gid", std::to_string(step.uid),
                "--comment", step.full_name, "--home-dir", step.home, home, "--shell", step.shell,
                step.name});
  }

  Status change_user(const EnsureUser& step) const {
    return run({"usermod", "--comment", step.full_name, "--home", step.home, "--shell", step.shell,
                step.name});
  }

  EffectResult ensure_home(const EnsureUser& step) const {
    std::error_code error;
    const bool there = std::filesystem::is_directory(in_root(step.home), error);
    if (step.make_home == EnsureUser::Home::mounted || there) return Effect::unchanged;
    TRY(run({"mkhomedir_helper", step.name, "0077"}));
    return Effect::changed;
  }

  std::filesystem::path in_root(const std::string& path) const {
    return target_.root / std::filesystem::path(path).relative_path();
  }

  os::Command command(std::vector<std::string> argv) const {
    os::Command result{.argv = std::move(argv), .timeout = std::chrono::minutes(3)};
    if (target_.root != "/") result.root = target_.root;
    return result;
  }

  Status run(std::vector<std::string> argv, Missing missing = Missing::error) const {
    const auto result = run_checked(target_.runner, command(std::move(argv)));
    if (!result && missing == Missing::error) return std::unexpected(result.error());
    return {};
  }

  const Target& target_;
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
  for (const plan::Step& step : plan.steps) {
    const EffectResult effect = std::visit(applier, step);
    Outcome outcome{.step = plan::describe(step)};
    if (!effect) {
      if (const auto* const service = std::get_if<Service>(&step)) applier.owe(*service);
      outcome.kind = Outcome::Kind::failed;
      outcome.reason = effect.error().text();
    } else if (*effect == Effect::changed) {
      outcome.kind = Outcome::Kind::changed;
    }
    if (target.on_step) target.on_step(outcome);
    report.outcomes.push_back(std::move(outcome));
  }
  // What could not be read may hold more than is known.
  if (loaded) add_failure(report, "what is left to do", applier.keep_owed());
  return report;
}

}  // namespace muster::apply
