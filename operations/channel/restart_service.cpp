#include "operations/channel/restart_service.h"

#include <algorithm>
#include <format>

#include "core/base/backoff.h"
#include "core/base/text.h"
#include "core/os/jitter.h"

namespace muster::channel {
namespace {

constexpr std::chrono::seconds kGoingDown{30};
/// The longest pause between two looks at the jobs, in pauses of the first length.
constexpr int kMostPauses = 12;

task::Report stayed_up(const std::string& id, std::string note) {
  return {.id = id, .has_ended = true, .note = std::move(note)};
}

}  // namespace

RestartService::RestartService(Kind kind, os::CommandRunner& runner, SchedulerDoor scheduler,
                               std::chrono::milliseconds pause)
    : kind_(kind), runner_(runner), scheduler_(std::move(scheduler)), pause_(pause) {}

bool RestartService::is_at_work() const {
  const std::scoped_lock lock(mutex_);
  return at_work_ > 0;
}

/// Whether the task was ended within the time.
bool RestartService::wait_for_end(const std::string& id, std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, time, [&] { return ended_.contains(id); });
}

/// Errors: the jobs did not end in time; the task was ended; the scheduler refuses.
Status RestartService::wait_for_jobs(const task::Task& task, const Tell& tell) {
  TRY(scheduler_.drain(task.id));
  const Backoff pauses{.first = pause_, .longest = kMostPauses * pause_};
  std::chrono::milliseconds waited{0};
  std::string told;
  std::string left;
  for (int looks = 1; waited < std::chrono::seconds(task.timeout_s); ++looks) {
    const auto found = scheduler_.jobs_left();
    if (found && found->empty()) return {};
    // A scheduler that is away for a while comes back, and jobs go on meanwhile.
    left = found ? *found : found.error().message;
    if (left != told) tell({.id = task.id, .note = "waits: " + left});
    told = left;
    const auto pause = pauses.after(looks, os::random_part());
    if (wait_for_end(task.id, pause)) return fail("was ended while jobs ran");
    waited += pause;
  }
  return fail(std::format("jobs did not end within {} s: {}", task.timeout_s, left));
}

Status RestartService::go_down() {
  const std::string verb = kind_ == Kind::reboot ? "reboot" : "poweroff";
  TRY(run_checked(runner_, {.argv = {"systemctl", verb}, .timeout = kGoingDown}));
  return {};
}

task::Report RestartService::run(const task::Task& task, const Tell& tell) {
  const std::string& how = task.words.front();
  if (how != "drain" && how != "now") {
    return stayed_up(task.id, std::format("'{}' is no way to go down", printable(how, 64)));
  }
  {
    const std::scoped_lock lock(mutex_);
    ++at_work_;
  }
  Status done = how == "drain" ? wait_for_jobs(task, tell) : Status();
  if (done) {
    tell({.id = task.id, .note = "goes down", .leaves = true});
    done = go_down();
  }
  if (done) {
    // The machine is about to end this program as well.
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ended_.contains(task.id); });
    return {.id = task.id, .has_ended = true, .leaves = true};
  }
  std::string note = done.error().text();
  // Another operation may wait for the same jobs.
  if (leave() && how == "drain") {
    if (const Status back = scheduler_.undrain(); !back) note += "; " + back.error().text();
  }
  return stayed_up(task.id, std::move(note));
}

/// Whether nobody else is at work.
bool RestartService::leave() {
  const std::scoped_lock lock(mutex_);
  return --at_work_ == 0;
}

void RestartService::end(const std::string& id) {
  bool is_known = false;
  {
    const std::scoped_lock lock(mutex_);
    ended_.insert(id);
    is_known = at_work_ > 0;
    changed_.notify_all();
  }
  // One that an earlier process of this program drained.
  if (!is_known) static_cast<void>(scheduler_.undrain());
}

}  // namespace muster::channel
