#include "control/drift.h"

#include <algorithm>
#include <array>
#include <format>

namespace muster::control {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;
/// Once is an accident; three times an hour is a program.
constexpr int kOften = 3;
constexpr std::size_t kMostKeptChanges = 256;

struct Owner {
  std::string_view part;
  std::string_view hint;
};

/// Who usually writes a file beside Muster, and what to tell them.
constexpr std::array kOwners = {
    Owner{"/etc/resolv.conf",
          "a DHCP client, systemd-resolved or NetworkManager writes it: have it leave the file "
          "alone"},
    Owner{"/etc/hosts",
          "cloud-init or a configuration tool writes it: have it leave the file alone"},
    Owner{"/etc/hostname", "a DHCP client or cloud-init sets it: have it leave the name alone"},
    Owner{"/etc/slurm/", "settings of Slurm come from cluster.yaml and from the nodes"},
    Owner{"/etc/exports.d/", "what is shared comes from 'volumes' in cluster.yaml"},
    Owner{"nftables:",
          "ufw, firewalld, Docker or 'systemctl restart nftables' throws all rules away: have it "
          "leave tables of others alone"},
    Owner{"sysctl:", "a file in /etc/sysctl.d or a program switches forwarding off"},
    Owner{".service", "'systemctl mask UNIT' keeps a service stopped, and 'muster status' says so"},
};

}  // namespace

void Drift::note(const std::string& step, std::int64_t now_ms) {
  changes_.push_back({step, now_ms});
  if (changes_.size() > kMostKeptChanges) changes_.pop_front();
}

std::vector<Drift::Entry> Drift::recent(std::int64_t now_ms) const {
  std::vector<Entry> entries;
  for (const Change& change : changes_) {
    if (now_ms - change.time_ms >= kHourMs) continue;
    const auto known = std::ranges::find(entries, change.step, &Entry::step);
    const int times = known == entries.end() ? 1 : known->times + 1;
    if (known != entries.end()) entries.erase(known);
    entries.push_back({.step = change.step, .times = times, .last_ms = change.time_ms});
  }
  return entries;
}

std::vector<Problem> Drift::problems(std::int64_t now_ms) const {
  std::vector<Problem> problems;
  for (const Entry& entry : recent(now_ms)) {
    if (entry.times < kOften) continue;
    problems.push_back(
        {std::format("something else keeps changing what Muster sets: '{}' was needed "
                     "{} times within an hour",
                     entry.step, entry.times),
         drift_hint(entry.step)});
  }
  return problems;
}

std::string drift_hint(const std::string& step) {
  const auto owner =
      std::ranges::find_if(kOwners, [&](const Owner& each) { return step.contains(each.part); });
  return owner != kOwners.end()
             ? std::string(owner->hint)
             : "'journalctl -u muster-apply' has the times; find who writes there";
}

}  // namespace muster::control
