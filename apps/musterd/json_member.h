#pragma once
// Members of JSON that somebody else wrote, such as an earlier version.

#include <string>

#include <nlohmann/json.hpp>

namespace muster::daemon {

/// A text member of an object; empty when it is missing or something else.
inline std::string text_member(const nlohmann::json& value, const char* name) {
  if (!value.is_object()) return {};
  const auto found = value.find(name);
  return found != value.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace muster::daemon
