#pragma once
// What of slurm.conf an extension may set (slurm.conf(5), Slurm 24.11): how the scheduler accounts,
// and orders jobs. None of these keys starts a program, names a file or changes who is
// root, and none is one that Muster writes by itself. Pure.

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace muster::extensions {

/// The keys, in the order of their names.
std::span<const std::string_view> scheduler_keys();

bool is_scheduler_key(std::string_view key);

/// Errors (invalid): it is no such key, or the scheduler would not start with this value.
Status check_scheduler_setting(std::string_view key, std::string_view value);

/// The same of several, by their keys, which must also go together.
Status check_scheduler_settings(const std::map<std::string, std::string, std::less<>>& settings);

}  // namespace muster::extensions
