#pragma once
// Tables of fields: every key of a file that people write, with its type, default and meaning,
// once. The parser, the JSON form, the JSON Schema, the reference manual and completion walk them;
// a new key is a new row. The largest table is that of cluster.yaml.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/spec/values.h"

namespace muster::spec {

/// How a field looks in the file: one value, a list of values, a section, a list of sections.
enum class Shape { value, values, section, sections };

enum class Presence { optional, required };

/// What a row says to people.
struct FieldText {
  std::string_view key;
  std::string_view doc;
  /// The value that holds when the key is absent, as it would be written. For a list of sections:
  /// the first field of its only element, which is its name. Empty: nothing is assumed.
  std::string_view fallback = {};
  /// What an absent key is taken from, when that is another key: "from `head.address`".
  std::string_view derived = {};
  /// A value to show in the manual; without one the fallback is shown.
  std::string_view example = {};
  Presence presence = Presence::optional;
  /// Of a list: whether it may be written without elements.
  enum class Empty { allowed, refused } empty = Empty::allowed;
};

/// One row. A record is the C++ object that holds a section's fields; the functions know its type.
struct Field {
  FieldText text;
  Shape shape = Shape::value;
  /// Of a value and of each element of a list of values.
  const ValueType* type = nullptr;
  /// The rows inside a section.
  std::span<const Field> fields = {};

  /// Parses one value into its record; a list grows by it.
  Status (*store)(void* record, std::string_view text) = nullptr;
  /// The value as it would be written: none when unset, several for a list.
  std::vector<std::string> (*show)(const void* record) = nullptr;
  /// The record inside a section; for a list of sections a new one at its end.
  void* (*open)(void* record) = nullptr;
  /// The records inside, in order: one for a section.
  std::vector<const void*> (*inside)(const void* record) = nullptr;
};

/// For a table that knows no mistakes.
inline std::optional<std::string> answer_nothing(std::string_view, std::string_view) { return {}; }
inline std::optional<std::string> answer_nothing(std::string_view) { return {}; }

/// A whole file.
struct Table {
  /// Of the file itself.
  std::span<const Field> fields;
  /// What to do in place of an unknown key of a section ("" is the file, "users" each of its
  /// elements), or where a section or list is written as something else; none: nobody knows.
  std::optional<std::string> (*answer_to_key)(std::string_view section,
                                              std::string_view key) = answer_nothing;
  std::optional<std::string> (*answer_to_shape)(std::string_view path) = answer_nothing;
};

/// A row with its full path: "head.address", "profiles[].name".
struct FieldPath {
  std::string path;
  const Field* field;
};

/// Every row in the order of the table, sections before what they hold.
std::vector<FieldPath> all_fields(std::span<const Field> fields);

/// That of cluster.yaml; its record is a ClusterSpec.
const Table& cluster_table();
std::span<const Field> cluster_fields();
std::vector<FieldPath> all_fields();

}  // namespace muster::spec
