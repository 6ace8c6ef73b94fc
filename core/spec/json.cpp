#include "core/spec/json.h"

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/spec/fields.h"

namespace muster::spec {
namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

template <typename J = Json>
J typed(const ValueType& type, std::string_view text) {
  if (type.json != JsonKind::integer) return J(std::string(text));
  const auto number = parse_number(text);
  CHECK(number.has_value());
  return J(*number);
}

Json field_to_json(const Field& field, const void* record) {
  Json list = Json::array();
  if (field.shape == Shape::value || field.shape == Shape::values) {
    for (const std::string& text : field.show(record)) {
      if (!text.empty()) list.push_back(typed(*field.type, text));
    }
  } else {
    for (const void* inside : field.inside(record)) {
      list.push_back(record_to_json(field.fields, inside));
    }
  }
  const bool single = field.shape == Shape::value || field.shape == Shape::section;
  const bool is_left_out = list.empty() && field.text.empty == FieldText::Empty::refused;
  if (!single) return is_left_out ? Json() : list;
  return list.empty() ? Json() : list.front();
}

/// A number may be written between quotes: a pattern is for texts, and bounds are for numbers.
OrderedJson number_schema(const ValueType& type) {
  OrderedJson schema;
  schema["type"] = {"integer", "string"};
  schema["pattern"] = "^[1-9][0-9]*$";
  schema["minimum"] = type.minimum;
  schema["maximum"] = type.maximum;
  if (type.excluded.empty()) return schema;
  OrderedJson ranges = OrderedJson::array();
  for (const NumberRange& range : type.excluded) {
    ranges.push_back(
        OrderedJson{{"type", "integer"}, {"minimum", range.first}, {"maximum", range.last}});
  }
  schema["not"] = OrderedJson{{"anyOf", std::move(ranges)}};
  return schema;
}

OrderedJson text_schema(const ValueType& type) {
  OrderedJson schema;
  schema["type"] = "string";
  if (type.json == JsonKind::either) schema["type"] = {"string", "integer"};
  if (!type.words.empty()) schema["enum"] = type.words;
  if (!type.pattern.empty()) schema["pattern"] = type.pattern;
  return schema;
}

OrderedJson value_schema(const Field& field) {
  const ValueType& type = *field.type;
  OrderedJson schema = type.json == JsonKind::integer ? number_schema(type) : text_schema(type);
  if (!field.text.example.empty()) {
    schema["examples"] = OrderedJson::array({typed<OrderedJson>(type, field.text.example)});
  }
  return schema;
}

OrderedJson field_schema(const Field& field) {
  OrderedJson schema;
  const std::string fallback(field.text.fallback);
  switch (field.shape) {
    case Shape::value:
      schema = value_schema(field);
      if (!fallback.empty()) schema["default"] = typed<OrderedJson>(*field.type, fallback);
      break;
    case Shape::values:
      if (field.text.empty == FieldText::Empty::refused) {
        schema["type"] = "array";
        schema["minItems"] = 1;
      } else {
        schema["type"] = {"array", "null"};
      }
      schema["items"] = value_schema(field);
      if (!fallback.empty()) schema["default"] = {typed<OrderedJson>(*field.type, fallback)};
      break;
    case Shape::section:
      schema = object_schema(field.fields);
      schema["type"] = {"object", "null"};
      break;
    case Shape::sections:
      schema["type"] = {"array", "null"};
      schema["items"] = object_schema(field.fields);
      if (!fallback.empty())
        schema["default"] = {OrderedJson{{std::string(field.fields[0].text.key), fallback}}};
      break;
  }
  const ValueType* type = field.type;
  schema["description"] =
      std::string(field.text.doc) + (type ? "\nAllowed: " + std::string(type->allowed) + "." : "");
  return schema;
}

}  // namespace

Json record_to_json(std::span<const Field> fields, const void* record) {
  Json object = Json::object();
  for (const Field& field : fields) {
    Json value = field_to_json(field, record);
    if (!value.is_null()) object[std::string(field.text.key)] = std::move(value);
  }
  return object;
}

OrderedJson object_schema(std::span<const Field> fields) {
  OrderedJson schema;
  schema["type"] = "object";
  OrderedJson properties = OrderedJson::object();
  OrderedJson required = OrderedJson::array();
  for (const Field& field : fields) {
    properties[std::string(field.text.key)] = field_schema(field);
    if (field.text.presence == Presence::required) required.push_back(field.text.key);
  }
  schema["properties"] = std::move(properties);
  if (!required.empty()) schema["required"] = std::move(required);
  schema["additionalProperties"] = false;
  return schema;
}

Json to_json(const ClusterSpec& spec) { return record_to_json(cluster_fields(), &spec); }

Json to_json(std::span<const Diagnostic> diagnostics) {
  Json list = Json::array();
  for (const Diagnostic& one : diagnostics) {
    list.push_back({{"file", printable(one.file, 4096)},
                    {"line", one.line},
                    {"column", one.column},
                    {"message", one.message},
                    {"hint", one.hint}});
  }
  return list;
}

Json to_json(std::string_view file, std::span<const Diagnostic> problems,
             std::span<const Diagnostic> remarks) {
  return {{"file", printable(file, 4096)},
          {"valid", problems.empty()},
          {"problems", to_json(problems)},
          {"remarks", to_json(remarks)}};
}

std::string render_json_schema() {
  OrderedJson schema;
  schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  schema["$id"] = "urn:muster:cluster:1";
  schema["title"] = "cluster.yaml";
  schema["description"] = "A cluster: its head, its nodes and the people on it.";
  schema.update(object_schema(cluster_fields()));
  return schema.dump(2) + "\n";
}

}  // namespace muster::spec
