#pragma once
// What `scontrol show node --oneliner` says of a node (scontrol(1)). Pure.

#include <string>
#include <string_view>
#include <vector>

namespace muster::hpc {

/// The parts of State=, such as IDLE and DRAIN; none when it is not there.
std::vector<std::string> state_flags(std::string_view shown);

/// What follows Reason=, to the end of the line; empty when it is not there.
std::string_view reason_of(std::string_view shown);

}  // namespace muster::hpc
