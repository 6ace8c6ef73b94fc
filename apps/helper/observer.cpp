#include "apps/helper/observer.h"

#include <format>
#include <print>

#include "apps/helper/site.h"
#include "core/os/clock.h"
#include "core/os/files.h"
#include "core/spec/volumes.h"
#include "hpc/scheduler_nodes.h"

namespace muster::helper {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::size_t kMostTimes = 64;

}  // namespace

Observer::Observer(os::CommandRunner& runner, const spec::ClusterSpec& spec,
                   const head::Facts& facts)
    : runner_(runner), spec_(spec), facts_(facts), shared_(spec::shared_mounts(spec)) {}

Status Observer::look() {
  TRY(note_scheduler());
  const head::Observed before = observed_;
  TRY_ASSIGN(const std::string mounts, os::read_file("/proc/self/mountinfo"));
  observed_.unshared = head::find_unshared(parse_mounts(mounts), shared_);
  TRY(keep_firewall());
  TRY(keep_forwarding());
  std::erase_if(observed_.put_right, [now = os::now_ms()](const head::PutRight& each) {
    return now - each.time_ms >= kHourMs;
  });
  if (observed_ == before) return {};
  return os::write_file(head::kObserved, head::render_observed(observed_), {.mode = 0644});
}

Status Observer::note_scheduler() {
  const auto said = runner_.run({.argv = hpc::sinfo_command(), .timeout = 10s});
  if (!said || said->status != 0) return os::remove_tree(hpc::kSchedulerNodes);
  return os::write_file(hpc::kSchedulerNodes, said->out, {.mode = 0644});
}

Result<std::string> Observer::read_rules() {
  TRY_ASSIGN(const os::CommandResult listed,
             runner_.run({.argv = {"nft", "--stateless", "list", "table", "inet", "muster"}}));
  return listed.status == 0 ? listed.out : std::string();
}

Status Observer::keep_firewall() {
  TRY_ASSIGN(const std::string now, read_rules());
  if (rules_.empty()) rules_ = now;
  if (now == rules_) return {};
  TRY(load_rules(runner_));
  TRY_ASSIGN(rules_, read_rules());
  note("nftables: the table 'inet muster'");
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
