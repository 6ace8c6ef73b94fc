#pragma once
// What the store keeps for an extension beside its answer and its settings: how far it was told of
// nodes, and values of its own.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/result.h"
#include "core/json/document.h"
#include "core/state/store.h"

namespace muster::control {

/// The last event that an extension was told of: documents of kind "extension-heard" by name.
extern const muster::json::DocumentKind kExtensionHeardDocument;
inline constexpr const char* kExtensionHeardKind = "extension-heard";
/// A value of an extension's own: documents of kind "extension-value" by "NAME/KEY".
extern const muster::json::DocumentKind kExtensionValueDocument;
inline constexpr const char* kExtensionValueKind = "extension-value";

/// Values of one extension, and bytes of each as JSON.
inline constexpr std::size_t kMostValues = 1000;
inline constexpr std::size_t kLongestValue = 64U << 10U;

std::string render_heard(std::uint64_t event);
std::string render_value(const nlohmann::json& value);
/// Errors (invalid): it is none; (conflict) it is of a newer version.
Result<std::uint64_t> parse_heard(std::string_view text);
Result<nlohmann::json> parse_value(std::string_view text);

/// New values by their keys; none: the value goes.
using NewValues = std::map<std::string, std::optional<nlohmann::json>, std::less<>>;
/// What a transaction must change for that. `known`: the keys that the extension has. Errors
/// (invalid): a key or a value that none can have; there are too many.
Result<std::vector<state::Change>> change_values(const std::string& extension,
                                                 const std::vector<std::string>& known,
                                                 const NewValues& values);

/// The keys of an extension's values. Errors: the store cannot be read.
Result<std::vector<std::string>> list_values(state::Store& store, const std::string& extension);

/// What removes all that this file is about of an extension. Errors: the store cannot be read.
Result<std::vector<state::Change>> forget_notes(state::Store& store, const std::string& extension);

}  // namespace muster::control
