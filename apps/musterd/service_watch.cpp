#include "apps/musterd/service_watch.h"

#include <array>

#include "core/base/text.h"

namespace muster::daemon {
namespace {

constexpr std::array kUnits = {"muster-nginx.service", "muster-dnsmasq.service", "chrony.service",
                               "nfs-server.service",   "slurmctld.service",      "ssh.service",
                               "muster-watch.service"};

/// `lines` are systemd's, one for each unit; what is missing is unknown.
std::vector<ServiceState> with_units(const std::vector<std::string>& states) {
  std::vector<ServiceState> services;
  for (std::size_t i = 0; i < kUnits.size(); ++i) {
    services.push_back({kUnits[i], i < states.size() ? states[i] : "unknown"});
  }
  return services;
}

std::vector<ServiceState> read_services(os::CommandRunner& runner) {
  std::vector<std::string> argv = {"systemctl", "show", "--property=ActiveState", "--value"};
  argv.insert(argv.end(), kUnits.begin(), kUnits.end());
  const auto result = runner.run({.argv = argv, .timeout = std::chrono::seconds(10)});
  std::vector<std::string> states;
  if (result) {
    for (const std::string& line : lines(result->out)) {
      if (!line.empty()) states.push_back(line);
    }
  }
  return with_units(states);
}

}  // namespace

ServiceWatch::ServiceWatch(os::CommandRunner& runner)
    : runner_(runner), states_(with_units({})), thread_([this] { answer_questions(); }) {}

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
    const bool is_read = exceptions_.run([&] { found = read_services(runner_); });
    lock.lock();
    // Who asked is answered with what was known before.
    if (!is_read) found = states_;
    states_ = std::move(found);
    answered_ = asked_;
    changed_.notify_all();
  }
}

}  // namespace muster::daemon
