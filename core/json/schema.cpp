#include "core/json/schema.h"

#include <algorithm>
#include <format>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/text.h"

namespace muster::json {
namespace {

using Type = Schema::Type;

/// What a value of another type is told.
std::string_view lack_of(Type type) {
  switch (type) {
    case Type::text:
      return "is not a text";
    case Type::number:
      return "is not a whole number";
    case Type::flag:
      return "is not true or false";
    case Type::list:
      return "is not a list";
    case Type::object:
    case Type::table:
      return "is not an object";
  }
  return "";
}

bool is_of(const Value& value, Type type) {
  switch (type) {
    case Type::text:
      return value.is_string();
    case Type::number:
      return value.is_number_unsigned();
    case Type::flag:
      return value.is_boolean();
    case Type::list:
      return value.is_array();
    case Type::object:
    case Type::table:
      return value.is_object();
  }
  return false;
}

std::string member_of(const std::string& place, std::string_view name) {
  return place.empty() ? std::string(name) : std::format("{}.{}", place, name);
}

void check_text(const Value& value, const Schema& schema, Problems& problems,
                const std::string& place) {
  const auto& text = value.get_ref<const std::string&>();
  if (schema.words.empty() || std::ranges::contains(schema.words, text)) return;
  const std::vector<std::string> words(schema.words.begin(), schema.words.end());
  problems.add(place, std::format("is not one of: {}", join(words, ", ")));
}

void check_number(const Value& value, const Schema& schema, Problems& problems,
                  const std::string& place) {
  const auto number = value.get<std::uint64_t>();
  if (number >= schema.minimum && number <= schema.maximum) return;
  problems.add(place, std::format("is not from {} to {}", schema.minimum, schema.maximum));
}

std::string names_of(std::span<const Property> properties) {
  std::vector<std::string> names;
  for (const Property& property : properties) names.emplace_back(property.name);
  return join(names, ", ");
}

void check_object(const Value& value, const Schema& schema, Problems& problems,
                  const std::string& place) {
  for (const Property& property : schema.properties) {
    const auto found = value.find(property.name);
    if (found != value.end()) {
      check(*found, property.schema, problems, member_of(place, property.name));
    } else if (property.need == Need::required) {
      problems.add(member_of(place, property.name), "is missing");
    }
  }
  if (schema.properties.empty()) return;
  for (const auto& [name, member] : value.items()) {
    if (std::ranges::contains(schema.properties, name, &Property::name)) continue;
    problems.add(member_of(place, name),
                 std::format("is unknown; there are: {}", names_of(schema.properties)));
  }
}

void check_items(const Value& value, const Schema& schema, Problems& problems,
                 const std::string& place) {
  if (schema.type == Type::table) {
    for (const auto& [name, member] : value.items()) {
      check(member, *schema.items, problems, member_of(place, name));
    }
    return;
  }
  for (std::size_t i = 0; i < value.size(); ++i) {
    check(value[i], *schema.items, problems, std::format("{}[{}]", place, i));
  }
}

Value describe_object(const Schema& schema, Others others) {
  Value properties = Value::object();
  Value required = Value::array();
  for (const Property& property : schema.properties) {
    properties[std::string(property.name)] = describe(property.schema, others);
    if (property.need == Need::required) required.push_back(property.name);
  }
  Value made = {{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) made["required"] = std::move(required);
  if (others == Others::refused) made["additionalProperties"] = false;
  return made;
}

Value describe_type(const Schema& schema, Others others) {
  switch (schema.type) {
    case Type::text:
      return schema.words.empty() ? Value{{"type", "string"}}
                                  : Value{{"type", "string"}, {"enum", schema.words}};
    case Type::number:
      return {{"type", "integer"}, {"minimum", schema.minimum}, {"maximum", schema.maximum}};
    case Type::flag:
      return {{"type", "boolean"}};
    case Type::list:
      return {{"type", "array"}, {"items", describe(*schema.items, others)}};
    case Type::table:
      return {{"type", "object"}, {"additionalProperties", describe(*schema.items, others)}};
    case Type::object:
      return schema.properties.empty() ? Value{{"type", "object"}}
                                       : describe_object(schema, others);
  }
  return {};
}

}  // namespace

void check(const Value& value, const Schema& schema, Problems& problems, const std::string& place) {
  if (schema.or_null && value.is_null()) return;
  if (!is_of(value, schema.type)) return problems.add(place, lack_of(schema.type));
  if (schema.type == Type::text) check_text(value, schema, problems, place);
  if (schema.type == Type::number) check_number(value, schema, problems, place);
  if (schema.type == Type::object) check_object(value, schema, problems, place);
  if (schema.items != nullptr) check_items(value, schema, problems, place);
}

Value describe(const Schema& schema, Others others) {
  Value made = describe_type(schema, others);
  if (schema.or_null && made.contains("enum")) made["enum"].push_back(nullptr);
  if (schema.or_null) made["type"] = Value::array({made["type"], "null"});
  if (!schema.description.empty()) made["description"] = schema.description;
  return made;
}

}  // namespace muster::json
