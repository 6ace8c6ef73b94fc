#pragma once
// People whom a cluster.yaml that is to be the head's does not name any more.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/os/command.h"

namespace muster::cli {

/// Errors (conflict): jobs run of one of them; the scheduler does not say.
Status refuse_while_leavers_work(os::CommandRunner& runner, std::span<const std::string> names);

/// What follows for them, a part of a sentence: "the accounts of ada and bob go, …"; empty: there
/// are none.
std::string told_leavers(const std::vector<std::string>& names);

/// Has the head take away the accounts of those whom the file in force does not name. Returns the
/// change to wait for; 0: there was nobody. Errors: as call_head, with what to do.
Result<std::uint64_t> let_leavers_go();

}  // namespace muster::cli
