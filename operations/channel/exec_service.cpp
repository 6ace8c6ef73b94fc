#include "operations/channel/exec_service.h"

#include <format>
#include <map>

#include "core/base/text.h"

namespace muster::channel {
namespace {

using namespace std::chrono_literals;

constexpr auto kSystemdPatience = 20s;

std::string unit_of(const std::string& id) { return std::format("muster-exec-{}.service", id); }

std::vector<std::string> command_of(const task::Task& task) {
  std::vector<std::string> words = {
      "systemd-run", "--quiet", "--wait", "--pipe",
      // A oneshot that a signal ended has failed. Of other services SIGTERM, SIGINT, SIGHUP and
      // SIGPIPE are clean ends (systemd.service(5), SuccessExitStatus=).
      "--service-type=oneshot",
      // Nobody but the program itself looks at a '$'.
      "--expand-environment=no", "--unit=" + unit_of(task.id),
      "--description=Muster: a command of 'muster node exec'",
      std::format("--property=TimeoutStartSec={}", task.timeout_s), "--property=TimeoutStopSec=10",
      "--working-directory=/root", "--setenv=HOME=/root", "--setenv=LANG=C.UTF-8", "--"};
  words.insert(words.end(), task.words.begin(), task.words.end());
  return words;
}

/// A NUL cannot travel as text.
std::string without_nul(const std::string& text) {
  std::string clean;
  clean.reserve(text.size());
  for (const char c : text) {
    if (c == '\0') {
      clean += "\uFFFD";
    } else {
      clean += c;
    }
  }
  return clean;
}

int number_of(const std::map<std::string, std::string>& properties, const char* name) {
  const auto found = properties.find(name);
  return found == properties.end() ? 0 : static_cast<int>(parse_number(found->second).value_or(0));
}

std::map<std::string, std::string> parse_properties(const std::string& text) {
  std::map<std::string, std::string> properties;
  for (const std::string& line : lines(text)) {
    const std::size_t equals = line.find('=');
    if (equals != std::string::npos) properties[line.substr(0, equals)] = line.substr(equals + 1);
  }
  return properties;
}

}  // namespace

task::Report explained(task::Report report, const std::string& properties,
                       std::uint32_t timeout_s) {
  // systemd.exec(5): what systemd itself could not do has a status from here on.
  constexpr int kNoExec = 203;
  // CLD_EXITED of waitid(2).
  constexpr int kExited = 1;
  const auto found = parse_properties(properties);
  const int code = number_of(found, "ExecMainCode");
  const int status = number_of(found, "ExecMainStatus");
  const auto result = found.find("Result");
  if (const auto state = found.find("ActiveState");
      state != found.end() && state->second != "inactive" && state->second != "failed") {
    report.note = "the agent lost sight of it; it goes on without one who waits for it";
    report.status = 0;
    return report;
  }
  if (code == 0 || (code == kExited && status == kNoExec)) {
    // What systemd-run itself says is then all that was written.
    report.note = std::format("could not be started: {}",
                              report.err.empty() ? "systemd gives no reason" : trim(report.err));
    report.err.clear();
    report.status = 127;
    return report;
  }
  report.status = code == kExited ? status : 0;
  report.signal = code == kExited ? 0 : status;
  if (result != found.end() && result->second == "timeout") {
    report.note = std::format("did not end within {} s and was ended", timeout_s);
  } else if (result != found.end() && result->second == "oom-kill") {
    report.note = "was ended because memory ran out";
  }
  return report;
}

/// Whether a command that failed may have been ended because the machine goes down.
bool ExecService::is_going_down() {
  const auto said =
      runner_.run({.argv = {"systemctl", "is-system-running"}, .timeout = kSystemdPatience});
  return said && trim(said->out) == "stopping";
}

/// It is remembered until somebody has looked: one that failed, or that was stopped before its end.
void ExecService::forget(const std::string& unit) {
  static_cast<void>(
      runner_.run({.argv = {"systemctl", "reset-failed", unit}, .timeout = kSystemdPatience}));
}

bool ExecService::was_ended(const std::string& id) const {
  const std::scoped_lock lock(mutex_);
  return ended_.contains(id);
}

task::Report ExecService::run(const task::Task& task, const Tell&) {
  task::Report report{.id = task.id, .has_ended = true};
  if (was_ended(task.id)) {
    report.note = "was ended before it began";
    return report;
  }
  const auto done = runner_.run({.argv = command_of(task), .most_output = task::kMostOutput});
  if (was_ended(task.id)) report.note = "was ended before it was done";
  if (!done) {
    if (report.note.empty()) report.note = done.error().text();
    return report;
  }
  report.out = without_nul(done->out);
  report.err = without_nul(done->err);
  report.dropped = done->dropped;
  if (done->status != 0 && report.note.empty() && is_going_down()) {
    report.note = "the node went down while it ran";
  }
  if (done->status == 0) return report;
  const std::string unit = unit_of(task.id);
  if (!report.note.empty()) {
    forget(unit);
    return report;
  }
  const auto shown = runner_.run(
      {.argv = {"systemctl", "show", unit, "--property=Result", "--property=ActiveState",
                "--property=ExecMainCode", "--property=ExecMainStatus"},
       .timeout = kSystemdPatience});
  report = explained(std::move(report), shown ? shown->out : "", task.timeout_s);
  forget(unit);
  return report;
}

void ExecService::end(const std::string& id) {
  {
    const std::scoped_lock lock(mutex_);
    ended_.insert(id);
  }
  static_cast<void>(
      runner_.run({.argv = {"systemctl", "stop", unit_of(id)}, .timeout = kSystemdPatience}));
  forget(unit_of(id));
}

}  // namespace muster::channel
