#pragma once
// What people write who know clusters from elsewhere, and what it is called here: one table, a row
// for each answer. A key that is in no row gets the nearest key, or the place where it belongs.

#include <optional>
#include <string>
#include <string_view>

namespace muster::spec {

/// What to do in place of an unknown key in a section ("" is the file, "users" each of its
/// elements); none when the table does not know it.
std::optional<std::string> answer_to_key(std::string_view section, std::string_view key);

/// The same where a section or list of ours was written as something else, such as a list of nodes.
std::optional<std::string> answer_to_shape(std::string_view path);

}  // namespace muster::spec
