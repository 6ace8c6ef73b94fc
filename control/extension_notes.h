#pragma once
// What the store keeps for an extension beside its answer and its settings: how far it was told of
// nodes, values of its own, and what it has in slurm.conf.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/result.h"
#include "core/json/document.h"
#include "core/json/members.h"
#include "core/state/store.h"
#include "hpc/slurm_config.h"

namespace muster::control {

/// The last event that an extension was told of: documents of kind "extension-heard" by name.
extern const muster::json::DocumentKind kExtensionHeardDocument;
inline constexpr const char* kExtensionHeardKind = "extension-heard";
/// The values of an extension's own: documents of kind "extension-values" by name.
extern const muster::json::DocumentKind kExtensionValuesDocument;
inline constexpr const char* kExtensionValuesKind = "extension-values";

/// Bytes of a key; values of one extension, and bytes of all of them as JSON.
inline constexpr std::size_t kLongestKey = 100;
inline constexpr std::size_t kMostValues = 1000;
inline constexpr std::size_t kMostValueBytes = 1U << 20U;

/// By their keys.
using Values = std::map<std::string, nlohmann::json, std::less<>>;

/// What an extension has in slurm.conf: documents of kind "extension-scheduler" by name.
extern const muster::json::DocumentKind kExtensionSchedulerDocument;
inline constexpr const char* kExtensionSchedulerKind = "extension-scheduler";

std::string render_in_scheduler(const hpc::OtherSettings& settings);
/// Errors (invalid): it is none; (conflict) it is of a newer version.
Result<hpc::OtherSettings> parse_in_scheduler(std::string_view text);

/// None: there are no settings.
state::Change scheduler_change(const std::string& extension, const hpc::OtherSettings& settings);

/// An object of words by keys. `members`: of `object`; it has what is none.
hpc::OtherSettings read_scheduler(const nlohmann::json& object, muster::json::Members& members);

std::string render_heard(std::uint64_t event);
std::string render_values(const Values& values);
/// Errors (invalid): it is none; (conflict) it is of a newer version.
Result<std::uint64_t> parse_heard(std::string_view text);
Result<Values> parse_values(std::string_view text);

/// None where the extension has none. Errors: the store; as parse_values.
Result<Values> read_values(state::Store& store, const std::string& extension);

/// New values by their keys; none: the value goes.
using NewValues = std::map<std::string, std::optional<nlohmann::json>, std::less<>>;
/// The values after a change, as the store gets them. Errors (invalid): a key or a value that none
/// can have; there are too many.
Result<state::Change> change_values(const std::string& extension, Values values,
                                    const NewValues& changed);

/// What removes all that this file is about of an extension.
std::vector<state::Change> forget_notes(const std::string& extension);

}  // namespace muster::control
