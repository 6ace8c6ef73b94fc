#include "core/spec/settings.h"

#include <format>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/spec/fields.h"
#include "core/spec/json.h"
#include "core/spec/parse.h"

namespace muster::spec {
namespace {

using Json = nlohmann::json;

std::string name_of(const Json& element) {
  if (element.is_string()) return element.get<std::string>();
  return element.is_object() ? element.value("name", std::string()) : element.dump();
}

std::string value_text(const Json& value) {
  constexpr std::size_t kLongest = 60;
  if (value.is_null() || (value.is_array() && value.empty())) return "none";
  if (!value.is_array()) return value.is_string() ? value.get<std::string>() : value.dump();
  std::vector<std::string> names;
  for (const Json& element : value) names.push_back(name_of(element));
  const std::string text = join(names, ", ");
  if (text.size() <= kLongest) return text;
  return names.size() == 1 ? printable(text, kLongest) : std::format("{} entries", names.size());
}

/// Of a file that says nothing but its name, and what `more` is.
Json defaults(const std::string& name, const std::string& more) {
  const ParseOutcome outcome =
      parse_cluster(std::format("schema: 1\nname: \"{}\"\n{}", name, more), "");
  CHECK(outcome.spec);
  return to_json(*outcome.spec);
}

void compare(std::span<const Field> fields, const std::string& path, const Json& own,
             const Json& fallback, std::vector<Setting>& settings) {
  for (const Field& field : fields) {
    const std::string key(field.text.key);
    const Json value = own.value(key, Json());
    const Json usual = fallback.value(key, Json());
    if (value == usual) continue;
    if (field.shape == Shape::section) {
      compare(field.fields, path + key + ".", value, usual, settings);
    } else {
      settings.push_back({path + key, value_text(value), value_text(usual)});
    }
  }
}

}  // namespace

std::vector<Setting> own_settings(const ClusterSpec& spec) {
  const std::string head = std::format("head: {{address: {}}}\n", to_string(spec.head.address));
  Json usual = defaults(spec.name, head);
  usual["head"]["address"] = defaults(spec.name, "")["head"]["address"];
  std::vector<Setting> settings;
  compare(cluster_fields(), "", to_json(spec), usual, settings);
  return settings;
}

}  // namespace muster::spec
