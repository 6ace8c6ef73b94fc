#include "operations/channel/task_channel.h"

#include <algorithm>
#include <chrono>
#include <format>
#include <utility>

#include "core/base/backoff.h"
#include "core/base/text.h"
#include "core/os/clock.h"
#include "core/os/jitter.h"
#include "core/os/pause.h"

namespace muster::channel {
namespace {

using namespace std::chrono_literals;

/// A head that is away, or of a version that gives no tasks, is not asked all the time.
constexpr Backoff kAskPauses{.first = 1s, .longest = 30s};

/// A question that came back with nothing before this was not held: another machine asks with the
/// same certificate, and each of the two ends the other's question.
constexpr std::int64_t kHeldMs = 100;

task::Report failed(const std::string& id, std::string note) {
  return {.id = id, .has_ended = true, .note = std::move(note)};
}

}  // namespace

TaskChannel::TaskChannel(const task::Link& link, std::vector<task::AgentService*> services,
                         TaskRecord record, ChannelOptions options)
    : link_(link),
      services_(std::move(services)),
      options_(std::move(options)),
      record_(std::move(record)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

TaskChannel::~TaskChannel() {
  thread_.request_stop();
  // First: a program that is cut off from its command must not be told of as its end.
  end_all();
  if (thread_.joinable()) thread_.join();
  // Nobody begins a task any more.
  end_all();
}

void TaskChannel::end_all() {
  std::vector<std::pair<std::string, task::AgentService*>> unfinished;
  {
    const std::scoped_lock lock(mutex_);
    for (Running& task : running_) {
      task.thread.request_stop();
      if (!task.has_ended) unfinished.emplace_back(task.id, task.service);
    }
  }
  for (const auto& [id, service] : unfinished) {
    if (service != nullptr) service->end(id);
  }
}

task::AgentService* TaskChannel::service_of(const std::string& kind) const {
  const auto found = std::ranges::find(services_, kind, &task::AgentService::kind);
  return found == services_.end() ? nullptr : *found;
}

/// What an earlier process of this program left.
void TaskChannel::take_up() {
  for (const task::Report& report : record_.untold()) {
    start(report.id, nullptr, [report] { return report; });
  }
  for (const TaskRecord::Begun& begun : record_.interrupted()) {
    task::AgentService* const service = service_of(begun.kind);
    start(begun.id, nullptr, [id = begun.id, service] {
      if (service != nullptr) service->end(id);
      return failed(id, "the node's agent was started anew while it ran, and ended it");
    });
  }
}

void TaskChannel::run(const std::stop_token& stop) {
  take_up();
  int failures = 0;
  while (!stop.stop_requested()) {
    collect();
    if (!link_.enrolled()) {
      if (!os::pause(stop, kAskPauses.first)) return;
      continue;
    }
    const std::int64_t asked_ms = os::steady_ms();
    const auto offer = link_.ask(question(), [&stop] { return stop.stop_requested(); });
    if (stop.stop_requested()) return;
    if (!offer) {
      ++failures;
      // The heartbeats tell a head that is away.
      if (failures == 3) options_.say("tasks: " + offer.error().text());
      if (!os::pause(stop, kAskPauses.after(failures, os::random_part()))) return;
      continue;
    }
    failures = 0;
    const bool was_held = os::steady_ms() - asked_ms >= kHeldMs;
    // What was said before is said again until the task has ended.
    if (!take(*offer, was_held) && !os::pause(stop, kAskPauses.first)) return;
  }
}

/// False: nothing of it was news, and the head does not hold the next question either.
bool TaskChannel::take(const task::Offer& offer, bool was_held) {
  bool is_news = (offer.empty() && was_held) || offer.wanted;
  if (offer.wanted) note_wanted(*offer.wanted);
  for (const std::string& id : offer.cancelled) is_news = end(id) || is_news;
  for (const task::Task& task : offer.tasks) is_news = begin(task) || is_news;
  return is_news;
}

void TaskChannel::note_wanted(const std::string& wanted) {
  if (wanted == wanted_) return;
  wanted_ = wanted;
  options_.on_wanted();
}

task::Question TaskChannel::question() {
  const std::scoped_lock lock(mutex_);
  task::Question question{.boot = record_.boot()};
  question.wanted = wanted_;
  for (const task::AgentService* const service : services_) {
    if (!service->kind().empty()) question.kinds.push_back(service->kind());
  }
  for (const Running& task : running_) {
    if (!task.has_ended) question.has.push_back(task.id);
  }
  return question;
}

/// False: it was given before, or cannot be written down.
bool TaskChannel::begin(const task::Task& task) {
  Result<bool> is_new = false;
  std::size_t at_once = 0;
  {
    const std::scoped_lock lock(mutex_);
    is_new = record_.begin(task.id, task.kind);
    at_once = running_.size();
  }
  if (!is_new) options_.say("task: " + is_new.error().text());
  if (!is_new.value_or(false)) return false;
  task::AgentService* const service = service_of(task.kind);
  start(task.id, service, [this, task, service, at_once] {
    if (service == nullptr) {
      return failed(task.id, std::format("this node's agent does not know tasks of kind '{}'",
                                         printable(task.kind, 64)));
    }
    if (at_once >= kMostTasksAtOnce) {
      return failed(task.id, std::format("{} tasks run on this node already", at_once));
    }
    return service->run(task,
                        [this](const task::Report& word) { static_cast<void>(link_.tell(word)); });
  });
  return true;
}

/// Works in a thread of its own, and tells what came of it.
void TaskChannel::start(const std::string& id, task::AgentService* service,
                        std::function<task::Report()> work) {
  const std::scoped_lock lock(mutex_);
  Running& running = running_.emplace_back(Running{.id = id, .service = service});
  running.thread =
      std::jthread([this, &running, work = std::move(work)](const std::stop_token& stop) {
        finish(work(), stop);
        const std::scoped_lock ended(mutex_);
        running.has_ended = true;
      });
}

/// Until the head has heard it, or this program ends: the next one tells it.
void TaskChannel::finish(const task::Report& report, const std::stop_token& stop) {
  {
    const std::scoped_lock lock(mutex_);
    if (const Status kept = record_.end(report); !kept)
      options_.say("task: " + kept.error().text());
  }
  for (int failures = 1; !stop.stop_requested(); ++failures) {
    if (link_.tell(report)) {
      const std::scoped_lock lock(mutex_);
      if (const Status kept = record_.told(report.id); !kept)
        options_.say("task: " + kept.error().text());
      return;
    }
    if (!os::pause(stop, kAskPauses.after(failures, os::random_part()))) return;
  }
}

/// False: it was ended before, or does not run.
bool TaskChannel::end(const std::string& id) {
  task::AgentService* service = nullptr;
  bool is_first = false;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = std::ranges::find(running_, id, &Running::id);
    if (found == running_.end()) return false;
    is_first = !std::exchange(found->is_cancelled, true);
    service = found->service;
  }
  // Again and again: the first time it may not have begun.
  if (service != nullptr) service->end(id);
  return is_first;
}

/// Threads that have ended.
void TaskChannel::collect() {
  std::list<Running> ended;
  const std::scoped_lock lock(mutex_);
  for (auto task = running_.begin(); task != running_.end();) {
    const auto next = std::next(task);
    if (task->has_ended) ended.splice(ended.end(), running_, task);
    task = next;
  }
}

}  // namespace muster::channel
