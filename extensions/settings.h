#pragma once
// The settings of an extension: what its specification offers, and what an administrator chose.
// Pure.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/result.h"
#include "extensions/specification.h"

namespace muster::extensions {

/// What an administrator chose, by the settings' names, in the words in which it was written.
using Choices = std::map<std::string, std::string, std::less<>>;

/// A value as hooks are told it: a string, a number or a boolean. Errors (invalid): the setting
/// does not allow it.
Result<nlohmann::json> parse_setting(const Setting& setting, std::string_view text);

/// A setting and its value in the words of an administrator.
struct Choice {
  std::string setting;
  std::string value;
};

/// "greeting=Good morning.": nothing is known of the extension. Errors (invalid): it is none.
Result<Choice> parse_choice(std::string_view text);

/// Such texts for this extension. Errors (absent): it has no such setting; (invalid): the setting
/// does not allow the value; one is chosen twice.
Result<Choices> parse_choices(const Specification& specification,
                              const std::vector<std::string>& texts);

/// The setting of this name. Errors (absent): there is none; the hint has what may be meant.
Result<Setting> find_setting(const Specification& specification, std::string_view name);

/// The value of a setting in an administrator's words: what was chosen, or the default.
std::string value_of(const Setting& setting, const Choices& choices);

/// Every setting with its value, by name. Choices of settings that an earlier version had are
/// passed over. Errors (invalid): a setting does not allow what was chosen.
Result<nlohmann::json> setting_values(const Specification& specification, const Choices& choices);

}  // namespace muster::extensions
