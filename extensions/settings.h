#pragma once
// The settings of an extension: what its specification offers, and what an administrator chose.
// Pure.

#include <map>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "core/base/result.h"
#include "extensions/specification.h"

namespace muster::extensions {

/// What an administrator chose, by the settings' names, in the words in which it was written.
using Choices = std::map<std::string, std::string, std::less<>>;

/// A value as hooks are told it: a string, a number or a boolean. Errors (invalid): the setting
/// does not allow it.
Result<nlohmann::json> parse_setting(const Setting& setting, std::string_view text);

/// The setting of this name. Errors (absent): there is none; the hint has what may be meant.
Result<Setting> find_setting(const Specification& specification, std::string_view name);

/// Every setting with its value, by name. Choices of settings that an earlier version had are
/// passed over. Errors (invalid): a setting does not allow what was chosen.
Result<nlohmann::json> setting_values(const Specification& specification, const Choices& choices);

}  // namespace muster::extensions
