#pragma once
// What a JSON value is made of, as data: one table checks what is asked, and describes it to
// programs (JSON Schema, draft 2020-12, https://json-schema.org/draft/2020-12).
//
//     constexpr auto kProperties = std::to_array<json::Property>({
//         {"name", json::text("the user's name")},
//         {"uid", json::number("the user's number", 1000, 59'999), json::Need::optional},
//     });
//     constexpr json::Schema kUser = json::object("a user", kProperties);

#include <cstdint>
#include <span>
#include <string_view>

#include "core/json/json.h"
#include "core/json/members.h"

namespace muster::json {

struct Property;

/// Owns: nothing; tables are constants.
struct Schema {
  enum class Type {
    text,
    /// A whole number from `minimum` to `maximum`.
    number,
    flag,
    /// A list of `items`.
    list,
    /// An object of `properties`. Without any it may have every member.
    object,
    /// An object whose members all are `items`, under any name.
    table,
  };

  Type type;
  /// A part of a sentence for people.
  std::string_view description = {};
  std::uint64_t minimum = 0;
  std::uint64_t maximum = 0;
  /// The only texts that there are; none: any.
  std::span<const std::string_view> words = {};
  std::span<const Property> properties = {};
  const Schema* items = nullptr;
  /// Whether null may stand in its place.
  bool or_null = false;

  constexpr Schema nullable() const {
    Schema made = *this;
    made.or_null = true;
    return made;
  }
};

enum class Need { required, optional };

struct Property {
  std::string_view name;
  Schema schema;
  Need need = Need::required;
};

/// Every number that JSON's readers keep whole (RFC 8259 §6).
inline constexpr std::uint64_t kLargestNumber = (std::uint64_t{1} << 53U) - 1;

constexpr Schema text(std::string_view description) {
  return {.type = Schema::Type::text, .description = description};
}
constexpr Schema one_of(std::span<const std::string_view> words, std::string_view description) {
  return {.type = Schema::Type::text, .description = description, .words = words};
}
constexpr Schema number(std::string_view description, std::uint64_t minimum = 0,
                        std::uint64_t maximum = kLargestNumber) {
  return {.type = Schema::Type::number,
          .description = description,
          .minimum = minimum,
          .maximum = maximum};
}
constexpr Schema flag(std::string_view description) {
  return {.type = Schema::Type::flag, .description = description};
}
constexpr Schema list_of(const Schema& items, std::string_view description) {
  return {.type = Schema::Type::list, .description = description, .items = &items};
}
constexpr Schema table_of(const Schema& items, std::string_view description) {
  return {.type = Schema::Type::table, .description = description, .items = &items};
}
constexpr Schema object(std::string_view description, std::span<const Property> properties = {}) {
  return {.type = Schema::Type::object, .description = description, .properties = properties};
}

/// Adds what is wrong with the value to the problems: a member that is missing, of another type,
/// out of its bounds, or that the schema does not know. `place`: the name of the value in its text;
/// empty for the whole text, which names each problem's member.
void check(const Value& value, const Schema& schema, Problems& problems,
           const std::string& place = {});

/// Whether objects may have members that are not in the description: who asks may name no others,
/// and who reads an answer must expect new ones.
enum class Others { refused, allowed };

/// The schema as a value of JSON Schema.
Value describe(const Schema& schema, Others others);

}  // namespace muster::json
