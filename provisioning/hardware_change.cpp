#include "provisioning/hardware_change.h"

#include <algorithm>
#include <format>

namespace muster::provisioning {
namespace {

void keep_drivers(Hardware& seen, const Hardware& before) {
  for (Accelerator& card : seen.accelerators) {
    const auto known = std::ranges::find(before.accelerators, card.address, &Accelerator::address);
    const bool same = known != before.accelerators.end() && known->vendor == card.vendor &&
                      known->device == card.device;
    if (same) card.driver = known->driver;
  }
}

}  // namespace

std::string machine_text(const Hardware& hardware) {
  return std::format(
      "{} {} {}, {}, {}", to_string(hardware.macs.front()), hardware.vendor, hardware.product,
      hardware.topology ? std::format("{} CPUs", hardware.topology->cpus()) : "unknown processors",
      hardware.memory ? human(*hardware.memory) : "unknown memory");
}

Hardware without_drivers(Hardware hardware) {
  for (Accelerator& card : hardware.accelerators) card.driver.reset();
  return hardware;
}

Hardware merge_report(const Hardware& known, Hardware seen) {
  if (!seen.topology) seen.topology = known.topology;
  if (!seen.memory) seen.memory = known.memory;
  if (!seen.lldp) seen.lldp = known.lldp;
  keep_drivers(seen, known);
  return seen;
}

std::vector<std::string> lost_parts(const Hardware& before, const Hardware& now) {
  std::vector<std::string> lost;
  if (before.memory && !now.memory) {
    lost.emplace_back("its memory could not be read, and what was known before counts");
  }
  if (before.topology && !now.topology) {
    lost.emplace_back("its processors could not be read, and what was known before counts");
  }
  // Firmware and kernel take a little more or less of it at every start.
  if (before.memory && now.memory && now.memory->count < before.memory->count / 50 * 49) {
    lost.push_back(std::format("it has {} of memory now, and had {}", human(*now.memory),
                               human(*before.memory)));
  }
  if (before.topology && now.topology && now.topology->cpus() < before.topology->cpus()) {
    lost.push_back(std::format("it has {} processors now, and had {}", now.topology->cpus(),
                               before.topology->cpus()));
  }
  if (now.accelerators.size() < before.accelerators.size()) {
    lost.push_back(std::format("accelerators: {} now, {} before", now.accelerators.size(),
                               before.accelerators.size()));
  }
  return lost;
}

std::string accelerators_text(const Hardware& hardware) {
  const auto usable = std::ranges::count_if(hardware.accelerators, [](const Accelerator& card) {
    return device_for_jobs(card).has_value();
  });
  std::string text = std::format("{} of {} accelerators can be given to jobs", usable,
                                 hardware.accelerators.size());
  const std::uint32_t left_out = hardware.left_out.accelerators;
  return left_out == 0 ? text : text + std::format("; {} more left out", left_out);
}

}  // namespace muster::provisioning
