#include "helper/observer.h"

#include <format>
#include <print>

#include "core/base/text.h"
#include "core/os/clock.h"
#include "core/os/files.h"
#include "core/spec/volumes.h"
#include "head/site.h"
#include "hpc/scheduler_nodes.h"

namespace muster::helper {
namespace {

using head::kFirewallRules;
using head::restore_forwarding;
using namespace std::chrono_literals;

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::size_t kMostTimes = 64;
/// slurmctld answers at once; sinfo(1) waits long for one that is away, and links and the stop wait
/// meanwhile.
constexpr auto kSchedulerPatience = 5s;
constexpr int kPauses = 3;

}  // namespace

Observer::Observer(os::CommandRunner& runner, const spec::ClusterSpec& spec,
                   const head::Facts& facts)
    : runner_(runner),
      spec_(spec),
      facts_(facts),
      shared_(spec::shared_mounts(spec)),
      firewall_(runner, kFirewallRules) {}

Status Observer::look() {
  std::vector<std::string> failures;
  const auto add = [&failures](const Status& done) {
    if (!done) failures.push_back(done.error().text());
  };
  add(note_mounts());
  add(keep_firewall());
  add(keep_forwarding());
  add(write_down());
  // Last: it is what takes longest.
  add(note_scheduler());
  return failures.empty() ? Status() : fail(join(failures, "; "));
}

Status Observer::note_mounts() {
  TRY_ASSIGN(const std::string mounts, os::read_file("/proc/self/mountinfo"));
  observed_.unshared = head::find_unshared(parse_mounts(mounts), shared_);
  return {};
}

Status Observer::write_down() {
  std::erase_if(observed_.put_right, [now = os::now_ms()](const head::PutRight& each) {
    return now - each.time_ms >= kHourMs;
  });
  if (written_ == observed_) return {};
  TRY(os::write_file(head::kObserved, head::render_observed(observed_), {.mode = 0644}));
  written_ = observed_;
  return {};
}

Status Observer::note_scheduler() {
  if (pauses_ > 0) {
    --pauses_;
    return {};
  }
  const auto said = runner_.run({.argv = hpc::sinfo_command(), .timeout = kSchedulerPatience});
  if (said && said->status == 0) {
    return os::write_file(hpc::kSchedulerNodes, said->out, {.mode = 0644});
  }
  if (!said) pauses_ = kPauses;
  return os::remove_tree(hpc::kSchedulerNodes);
}

Status Observer::keep_firewall() {
  TRY_ASSIGN(const bool restored, firewall_.keep());
  if (restored) note("nftables: the table 'inet muster'");
  return {};
}

Status Observer::keep_forwarding() {
  TRY_ASSIGN(const bool restored, restore_forwarding(spec_, facts_));
  if (restored)
    note(std::format("sysctl: forwarding at {} and {}", facts_.interface, facts_.external));
  return {};
}

void Observer::note(std::string what) {
  std::println("muster: put right what another program changed: {}", what);
  if (observed_.put_right.size() >= kMostTimes) return;
  observed_.put_right.push_back({.what = std::move(what), .time_ms = os::now_ms()});
}

}  // namespace muster::helper
