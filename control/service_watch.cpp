#include "control/service_watch.h"

#include <utility>

#include "core/base/text.h"

namespace muster::control {

ServiceWatch::ServiceWatch(os::CommandRunner& runner, std::vector<std::string> units)
    : runner_(runner),
      units_(std::move(units)),
      states_(with_units({})),
      thread_([this] { answer_questions(); }) {}

/// `states` are systemd's, one for each unit; what is missing is unknown.
std::vector<ServiceState> ServiceWatch::with_units(const std::vector<std::string>& states) const {
  std::vector<ServiceState> services;
  for (std::size_t i = 0; i < units_.size(); ++i) {
    services.push_back({units_[i], i < states.size() ? states[i] : "unknown"});
  }
  return services;
}

std::vector<ServiceState> ServiceWatch::read_services() {
  std::vector<std::string> argv = {"systemctl", "show", "--property=ActiveState", "--value"};
  argv.insert(argv.end(), units_.begin(), units_.end());
  const auto result = runner_.run({.argv = argv, .timeout = std::chrono::seconds(10)});
  std::vector<std::string> states;
  if (result) {
    for (const std::string& line : lines(result->out)) {
      if (!line.empty()) states.push_back(line);
    }
  }
  return with_units(states);
}

ServiceWatch::~ServiceWatch() {
  {
    const std::scoped_lock lock(mutex_);
    ends_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::vector<ServiceState> ServiceWatch::states(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  if (asked_ == answered_) ++asked_;
  const std::uint64_t wanted = asked_;
  changed_.notify_all();
  changed_.wait_for(lock, patience, [&] { return answered_ >= wanted || ends_; });
  return states_;
}

void ServiceWatch::answer_questions() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ends_ || asked_ != answered_; });
    if (ends_) return;
    lock.unlock();
    std::vector<ServiceState> found;
    const bool is_read = exceptions_.run([&] { found = read_services(); });
    lock.lock();
    // Who asked is answered with what was known before.
    if (!is_read) found = states_;
    states_ = std::move(found);
    answered_ = asked_;
    changed_.notify_all();
  }
}

}  // namespace muster::control
