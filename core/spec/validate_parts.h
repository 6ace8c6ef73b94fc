#pragma once
// The rules of validate.h by subject. For the files that check them only.

#include <format>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/text.h"
#include "core/spec/cluster_spec.h"
#include "core/spec/finding.h"

namespace muster::spec {

void check_network(const ClusterSpec& spec, Findings& findings);
void check_external(const ClusterSpec& spec, Findings& findings);
void check_users(const ClusterSpec& spec, Findings& findings);
void check_volumes(const ClusterSpec& spec, Findings& findings);

/// Reports every element whose `key` an earlier one has. An empty key is no key.
template <typename List, typename Key>
void check_distinct(const List& list, std::string_view list_path, std::string_view field, Key key,
                    Findings& findings) {
  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string text = key(list[i]);
    if (text.empty()) continue;
    const auto [first, fresh] = seen.emplace(text, i);
    if (fresh) continue;
    const auto path = [&](std::size_t at) { return std::format("{}[{}]{}", list_path, at, field); };
    findings.push_back({{path(i), path(first->second)},
                        std::format("{}: '{}' is there already", path(i), printable(text, 80)),
                        std::format("{} has it; write each once", path(first->second))});
  }
}

/// Reports a name that is none of `known`. `what` it names: "image". `read`: the field with the
/// name, and those with the names that are known. No name, and nothing that is known, is no mistake
/// here.
void check_known(std::vector<std::string> read, std::string_view what, const std::string& name,
                 const std::vector<std::string>& known, Findings& findings);

inline constexpr auto kItself = [](const std::string& text) { return text; };
inline constexpr auto kByName = [](const auto& element) { return element.name; };

}  // namespace muster::spec
