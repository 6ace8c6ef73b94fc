#pragma once
// What an extension has on the head: whether it may, and whether the head did it.

#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/result.h"
#include "extensions/store.h"

namespace muster::cli {

/// Whether any of these allows steps on the head.
bool are_about_head(const std::vector<extensions::Right>& rights);

/// The same of an extension as the daemon shows it.
bool is_about_head(const nlohmann::json& extension);

/// Errors (conflict): on this head something that the extension asks for is Muster's own.
Status check_head_rights(const extensions::Specification& wanted,
                         const std::vector<extensions::Installed>& installed);

/// Waits until the head has tried its plan since this answer of the daemon (its member "change").
/// Errors: a step of the extension failed, or the head took no plan.
Status wait_for_head_steps(const std::string& extension, const nlohmann::json& answer);

}  // namespace muster::cli
