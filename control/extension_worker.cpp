#include "control/extension_worker.h"

#include <algorithm>
#include <array>
#include <format>

#include "core/base/text.h"
#include "core/os/clock.h"
#include "core/os/jitter.h"
#include "core/os/pause.h"

namespace muster::control {
namespace {

using extensions::Hook;
using nlohmann::json;
using os::steady_ms;
using namespace std::chrono_literals;

/// Verbs of one extension that wait at once.
constexpr std::size_t kMostJobs = 8;
constexpr std::int64_t kLongestWaitMs = 60'000;
/// Between two questions how it is, and for its figures.
constexpr std::int64_t kReportEveryMs = 60'000;
/// Those that began together are not asked together.
constexpr std::chrono::milliseconds kApart = 5s;
/// An extension that is not to be asked is looked at so often.
constexpr std::chrono::milliseconds kLookAgain = 5s;
/// Of what a hook says that failed.
constexpr std::size_t kMostSaidShown = 600;

constexpr std::array kTurnHooks = {Hook::nodes_ready, Hook::nodes_failed, Hook::nodes_left};

}  // namespace

bool ExtensionWorker::is_needed(const extensions::Specification& specification) {
  return std::ranges::any_of(specification.hooks, [](Hook hook) {
    return hook != Hook::configure && hook != Hook::install;
  });
}

ExtensionWorker::ExtensionWorker(const World& world, extensions::Installed extension)
    : world_(world), extension_(std::move(extension)) {
  const std::int64_t tick_ms =
      static_cast<std::int64_t>(extension_.specification.tick_seconds) * 1000;
  for (const Round& round : {Round{.hook = Hook::tick, .every_ms = tick_ms},
                             Round{.hook = Hook::health, .every_ms = kReportEveryMs},
                             Round{.hook = Hook::metrics, .every_ms = kReportEveryMs}}) {
    if (!has(round.hook)) continue;
    rounds_.push_back(round);
    rounds_.back().next_ms = steady_ms() + os::random_time(kApart).count();
  }
  thread_ = std::jthread([this] { work(stop_.get_token()); });
}

ExtensionWorker::~ExtensionWorker() { end(); }

void ExtensionWorker::end() { stop_.request_stop(); }

void ExtensionWorker::wake() {
  const std::scoped_lock lock(mutex_);
  is_woken_ = true;
  wake_.notify_all();
}

bool ExtensionWorker::has(Hook hook) const {
  return std::ranges::contains(extension_.specification.hooks, hook);
}

bool ExtensionWorker::listens() const {
  return std::ranges::any_of(kTurnHooks, [this](Hook hook) { return has(hook); });
}

std::vector<Metric> ExtensionWorker::metrics() const {
  const std::scoped_lock lock(mutex_);
  return metrics_;
}

ExtensionReport ExtensionWorker::report() const {
  const std::scoped_lock lock(mutex_);
  return report_;
}

void ExtensionWorker::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const bool is_done = exceptions_.run([&] { take_turn(stop); });
    if (!is_done && !os::pause(stop, kLookAgain)) break;
  }
  {
    const std::scoped_lock lock(mutex_);
    has_ended_ = true;
  }
  while (auto job = next_job()) {
    job->answer(fail(ErrorKind::busy, "the extension was replaced, or the head's daemon ends",
                     "try again"));
  }
}

/// Whom somebody waits for comes first; the rest has its turn after each.
void ExtensionWorker::take_turn(const std::stop_token& stop) {
  if (auto job = next_job()) do_job(std::move(*job));
  const bool is_asked = world_.is_asked(extension_.grant);
  if (is_asked && listens()) tell_turns();
  if (is_asked) do_rounds();
  std::unique_lock lock(mutex_);
  const auto is_due = [this] { return is_woken_ || !jobs_.empty(); };
  const std::int64_t due_ms = is_asked ? next_due_ms() : steady_ms() + kLookAgain.count();
  const std::int64_t pause_ms = std::max<std::int64_t>(due_ms - steady_ms(), 0);
  wake_.wait_for(lock, stop, std::chrono::milliseconds(pause_ms), is_due);
  is_woken_ = false;
}

/// When there is something to do without anybody's asking.
std::int64_t ExtensionWorker::next_due_ms() const {
  std::int64_t next = steady_ms() + kReportEveryMs;
  for (const Round& round : rounds_) next = std::min(next, round.next_ms);
  if (failures_ != 0) next = std::min(next, tell_ms_);
  return next;
}

Result<json> ExtensionWorker::ask(Hook hook, const json& more) {
  TRY_ASSIGN(json input, world_.told(extension_));
  input.update(more);
  const auto is_unwanted = [this] { return stop_.stop_requested(); };
  std::string said;
  auto answer =
      world_.hosts.ask(extension_.grant.name, hook, input, said, is_unwanted,
                       [&](const std::string& call, const json& arguments, const auto& is_late) {
                         return world_.on_call(extension_.grant, call, arguments, is_late);
                       });
  if (said.empty()) return answer;
  note_said(said);
  if (answer) return answer;
  Error error = std::move(answer).error();
  const std::size_t begin = said.size() - std::min(said.size(), kMostSaidShown);
  error.message += std::format("; it said: {}", trim(std::string_view(said).substr(begin)));
  return std::unexpected(std::move(error));
}

void ExtensionWorker::note_said(const std::string& said) {
  const std::scoped_lock lock(mutex_);
  report_.said = said;
}

/// What people see of a hook that failed, until it works again.
void ExtensionWorker::note_failure(std::string_view what, const Status& done) {
  if (stop_.stop_requested()) return;
  const std::scoped_lock lock(mutex_);
  if (done) {
    report_.failures.erase(std::string(what));
  } else {
    report_.failures[std::string(what)] = done.error().text();
  }
}

void ExtensionWorker::do_rounds() {
  for (Round& round : rounds_) {
    if (stop_.stop_requested() || steady_ms() < round.next_ms) continue;
    do_round(round);
    round.next_ms = steady_ms() + round.every_ms;
  }
}

void ExtensionWorker::do_round(Round& round) {
  const auto output = ask(round.hook, json::object());
  Status done = output ? Status() : std::unexpected(output.error());
  const auto take = [&](auto read, auto& place) {
    if (!read) {
      done = wrap(std::format("what its hook '{}' answered", to_string(round.hook)), read.error());
      return;
    }
    const std::scoped_lock lock(mutex_);
    place = std::move(*read);
  };
  if (output && round.hook == Hook::health) take(parse_health(*output), report_.problems);
  if (output && round.hook == Hook::metrics) {
    take(parse_metrics(*output, extension_.grant.name), metrics_);
  }
  note_failure(to_string(round.hook), done);
}

// Verbs:

void ExtensionWorker::run_verb(const std::string& verb, std::vector<std::string> words,
                               std::string by, Answer answer) {
  if (!std::ranges::contains(extension_.specification.verbs, verb, &extensions::Verb::name)) {
    std::vector<std::string> names;
    for (const extensions::Verb& each : extension_.specification.verbs) names.push_back(each.name);
    return answer(fail(
        ErrorKind::absent,
        std::format("extension '{}' has no verb '{}'", extension_.grant.name, printable(verb, 80)),
        "it has: " + join(names, ", ")));
  }
  {
    const std::scoped_lock lock(mutex_);
    if (jobs_.size() < kMostJobs && !has_ended_) {
      jobs_.push_back({.verb = verb,
                       .words = std::move(words),
                       .by = std::move(by),
                       .answer = std::move(answer),
                       .asked_ms = steady_ms()});
      wake_.notify_all();
      return;
    }
  }
  answer(
      fail(ErrorKind::busy,
           std::format("extension '{}' has as many verbs to do as may wait", extension_.grant.name),
           "try again later"));
}

std::optional<ExtensionWorker::Job> ExtensionWorker::next_job() {
  const std::scoped_lock lock(mutex_);
  if (jobs_.empty()) return std::nullopt;
  Job job = std::move(jobs_.front());
  jobs_.pop_front();
  return job;
}

/// Who asked for what waited for long may be gone, and expects it no more.
void ExtensionWorker::do_job(Job job) {
  if (steady_ms() - job.asked_ms < kLongestWaitMs) return job.answer(do_verb(job));
  job.answer(fail(ErrorKind::busy,
                  std::format("extension '{}' works on other things", extension_.grant.name),
                  "try again later"));
}

Result<VerbAnswer> ExtensionWorker::do_verb(const Job& job) {
  TRY_ASSIGN(const json output,
             ask(Hook::run, {{"verb", job.verb}, {"arguments", job.words}, {"by", job.by}}));
  auto answer = parse_verb_answer(output);
  if (answer) return answer;
  return wrap("what its hook 'run' answered", std::move(answer).error());
}

}  // namespace muster::control
