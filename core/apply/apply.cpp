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
#include "core/apply/changes.h"
#include "core/apply/memory.h"
#include "core/apply/programs.h"
#include "core/apply/services.h"
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
      : target_(target),
        programs_(target.runner),
        accounts_(programs_, target.settings),
        changes_(target.pending) {}

  Accounts& accounts() { return accounts_; }

  Changes& changes() { return changes_; }
  const Programs& programs() const { return programs_; }

  /// Makes one step true, and says what it came to.
  Outcome take(const plan::Step& step) {
    Outcome outcome{.step = plan::describe(step), .origin = step.origin};
    const EffectResult effect = std::visit(*this, step);
    if (!effect) {
      if (const auto* const service = std::get_if<Service>(&step)) changes_.owe(*service);
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
    TRY(changes_.make(step.path, [&] {
      return os::write_file(path, step.content,
                            {.mode = step.mode, .uid = ids.uid, .gid = ids.gid});
    }));
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
    TRY(changes_.make(step.path, [&]() -> Status {
      if (std::filesystem::remove(path, error)) return {};
      return fail(std::format("cannot remove '{}': {}", step.path, error.message()));
    }));
    return Effect::changed;
  }

  EffectResult operator()(const plan::EnsureGroup& step) { return accounts_.ensure(step); }
  EffectResult operator()(const plan::EnsureUser& step) { return accounts_.ensure(step); }
  EffectResult operator()(const plan::RemoveUser& step) { return accounts_.remove(step); }

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
      Status bound = changes_.make(step.target, [&] {
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
    TRY_ASSIGN(const std::string mounted, mounted_at(step.target, programs_));
    if (!mounted.empty()) {
      if (!is_bind(step) && mounted.starts_with(step.source + " ")) return Effect::unchanged;
      return fail(std::format("'{}' is mounted from '{}'", step.target, mounted),
                  "unmount it, then apply again");
    }
    TRY(os::make_directory(step.target));
    TRY(changes_.make(step.target, [&] {
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
    TRY(read_new_units(programs_, changes_));
    const bool wanted = step.state == Service::State::running;
    TRY_ASSIGN(const bool running, is_running(programs_, step.unit));
    if (!wanted) {
      if (!running) return Effect::unchanged;
      TRY(programs_.run({"systemctl", "stop", step.unit}));
      return Effect::changed;
    }
    if (running) return tell_changes(programs_, changes_, step);
    TRY(start_service(programs_, step.unit));
    return Effect::changed;
  }

 private:
  const Target& target_;
  Programs programs_;
  Accounts accounts_;
  Changes changes_;
};

const char* word_of(Outcome::Kind kind) {
  switch (kind) {
    case Outcome::Kind::failed:
      return "failed";
    case Outcome::Kind::kept:
      return "kept";
    case Outcome::Kind::taken_back:
      return "taken back";
    case Outcome::Kind::changed:
      return "changed";
    case Outcome::Kind::unchanged:
      break;
  }
  return "unchanged";
}

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
  return static_cast<std::size_t>(std::ranges::count_if(outcomes, [](const Outcome& o) {
    return o.kind == Outcome::Kind::changed || o.kind == Outcome::Kind::taken_back;
  }));
}

nlohmann::json to_json(const Report& report) {
  nlohmann::json steps = nlohmann::json::array();
  for (const Outcome& outcome : report.outcomes) {
    steps.push_back({{"step", outcome.step},
                     {"origin", outcome.origin},
                     {"outcome", word_of(outcome.kind)},
                     {"reason", outcome.reason}});
  }
  return {{"succeeded", report.succeeded()}, {"steps", std::move(steps)}};
}

Report apply(const plan::Plan& plan, const Target& target) {
  Applier applier(target);
  Report report;
  const Status loaded = applier.changes().load();
  add_failure(report, "what the last apply left", loaded);
  const auto add = [&](Outcome outcome) {
    report.outcomes.push_back(std::move(outcome));
    if (target.on_step) target.on_step(report.outcomes.back());
  };
  const auto take = [&](const plan::Step& step) { add(applier.take(step)); };
  Memory memory(target, applier.programs(), applier.changes());
  add_failure(report, "the record of what was here before", memory.put_back_leavers(plan, add));
  const auto leavers = applier.accounts().find_leavers(plan, target.undecided);
  add_failure(report, "the list of the accounts that were made here",
              leavers ? Status() : std::unexpected(leavers.error()));
  if (leavers) std::ranges::for_each(*leavers, take);
  add_failure(report, "the record of what was here before", memory.remember(plan));
  applier.accounts().make_missing(plan);
  // The steps look for the new accounts.
  const auto flush = [&] {
    add_failure(report, "caches of the accounts", applier.accounts().flush_caches());
  };
  flush();
  std::ranges::for_each(plan.steps, take);
  const auto free = memory.try_again(add);
  add_failure(report, "the record of what was here before",
              free ? Status() : std::unexpected(free.error()));
  const bool is_any_free = free && !free->empty();
  if (is_any_free) {
    add_failure(report, "the record of what was here before", memory.remember(plan));
  }
  for (const plan::Step& step : plan.steps) {
    if (is_any_free && free->contains(plan::subject(step))) take(step);
  }
  flush();
  // What could not be read may hold more than is known.
  if (loaded) add_failure(report, "what is left to do", applier.changes().keep_owed());
  return report;
}

}  // namespace muster::apply
