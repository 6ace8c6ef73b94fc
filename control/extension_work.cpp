#include "control/extension_work.h"

#include <algorithm>
#include <format>

#include "core/base/text.h"

namespace muster::control {
namespace {

void add_seen(os::CaughtExceptions::Seen& sum, const os::CaughtExceptions::Seen& seen) {
  sum.count += seen.count;
  if (seen.count != 0) sum.last = seen.last;
}

}  // namespace

void ExtensionWork::pass_time() {
  const std::scoped_lock lock(mutex_);
  if (has_ended_) return;
  std::erase_if(leaving_, [&](const auto& worker) {
    if (!worker->has_ended()) return false;
    add_seen(past_, worker->exceptions());
    return true;
  });
  // Read first: what is read then is at least as new.
  const std::uint64_t decisions = world_.decisions.count();
  const std::uint64_t event = world_.decisions.store().newest_event();
  const bool is_other = decisions != seen_decisions_ || is_short_;
  if (is_other) look_who_works();
  const bool has_news = is_other || event != seen_event_;
  seen_decisions_ = decisions;
  seen_event_ = event;
  if (!has_news) return;
  for (const auto& [name, worker] : workers_) worker->wake();
}

void ExtensionWork::let_go(const std::shared_ptr<ExtensionWorker>& worker) {
  worker->end();
  leaving_.push_back(worker);
}

/// A thread that does not start now may start later. `mutex_` is locked.
void ExtensionWork::look_who_works() {
  Workers workers;
  is_short_ = false;
  for (extensions::Installed& extension : working_()) {
    if (!ExtensionWorker::is_needed(extension.specification)) continue;
    const std::string name = extension.grant.name;
    const auto known = workers_.find(name);
    if (known != workers_.end() && known->second->grant() == extension.grant) {
      workers.insert(*known);
      continue;
    }
    const bool is_made = exceptions_.run([&] {
      workers.emplace(name, std::make_shared<ExtensionWorker>(world_, std::move(extension)));
    });
    if (!is_made) is_short_ = true;
  }
  for (const auto& [name, worker] : workers_) {
    const auto now = workers.find(name);
    if (now == workers.end() || now->second != worker) let_go(worker);
  }
  workers_ = std::move(workers);
}

void ExtensionWork::end() {
  Workers workers;
  std::vector<std::shared_ptr<ExtensionWorker>> leaving;
  {
    const std::scoped_lock lock(mutex_);
    has_ended_ = true;
    workers.swap(workers_);
    leaving.swap(leaving_);
  }
  // All of them first: each waits for its thread where it goes.
  for (const auto& [name, worker] : workers) worker->end();
}

void ExtensionWork::run_verb(const std::string& extension, const std::string& verb,
                             std::vector<std::string> words, std::string by,
                             ExtensionWorker::Answer answer) {
  std::shared_ptr<ExtensionWorker> worker;
  {
    const std::scoped_lock lock(mutex_);
    if (has_ended_) {
      return answer(fail(ErrorKind::busy, "the head's daemon ends", "try again in a moment"));
    }
    // It may have been installed a moment ago.
    look_who_works();
    const auto found = workers_.find(extension);
    if (found != workers_.end()) worker = found->second;
  }
  if (worker) return worker->run_verb(verb, std::move(words), std::move(by), std::move(answer));
  answer(std::unexpected(why_idle_(extension)));
}

/// The workers as they are now: what they say is asked for without a lock of this object.
std::vector<std::shared_ptr<ExtensionWorker>> ExtensionWork::all() const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::shared_ptr<ExtensionWorker>> all;
  for (const auto& [name, worker] : workers_) all.push_back(worker);
  return all;
}

std::map<std::string, ExtensionReport, std::less<>> ExtensionWork::reports() const {
  std::map<std::string, ExtensionReport, std::less<>> reports;
  for (const auto& worker : all()) reports.emplace(worker->grant().name, worker->report());
  return reports;
}

std::vector<Metric> ExtensionWork::metrics() const {
  std::vector<Metric> metrics;
  for (const auto& worker : all()) {
    for (Metric& metric : worker->metrics()) metrics.push_back(std::move(metric));
  }
  return metrics;
}

std::vector<Problem> ExtensionWork::problems() const {
  std::vector<Problem> problems;
  for (const auto& [name, report] : reports()) {
    for (const auto& [hook, why] : report.failures) {
      problems.push_back(
          {hook == "nodes" ? std::format("extension '{}' was not told of nodes: {}", name, why)
                           : std::format("extension '{}': {}", name, why),
           std::format("it is tried again; 'muster ext log {}' has what it said", name)});
    }
    for (const Problem& problem : report.problems) {
      problems.push_back({std::format("{}: {}", name, problem.what),
                          problem.next_step.empty()
                              ? std::format("the extension '{}' says so", name)
                              : problem.next_step});
    }
  }
  return problems;
}

os::CaughtExceptions::Seen ExtensionWork::exceptions() const {
  os::CaughtExceptions::Seen sum = exceptions_.seen();
  for (const auto& worker : all()) add_seen(sum, worker->exceptions());
  const std::scoped_lock lock(mutex_);
  add_seen(sum, past_);
  return sum;
}

}  // namespace muster::control
