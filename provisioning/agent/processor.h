#pragma once
// What the kernel says of the machine's processor (/proc/cpuinfo, proc_cpuinfo(5)).

#include <filesystem>
#include <optional>

#include "provisioning/hardware.h"

namespace muster::agent {

/// The processor of the machine whose /proc lies below `root`: the first that is online. None when
/// the kernel names no vendor, as on machines other than x86.
std::optional<provisioning::Processor> read_processor(const std::filesystem::path& root);

}  // namespace muster::agent
