#pragma once
// Documents that outlive the program that wrote them. Each kind has a schema number, which is the
// member "schema" of its documents, and functions that make a value of one schema a value of the
// next. What the members mean is read with json::Members.

#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "core/base/result.h"
#include "core/json/json.h"

namespace muster::json {

/// Makes a value of one schema a value of the next. Pure. A value that is not of its schema stays
/// as it is, as far as it is not: whoever reads the members refuses the value then.
using Upgrade = void (*)(Value& value);

struct DocumentKind {
  /// As errors call a document of the kind.
  std::string_view name;
  /// The first schema that documents of this kind had. Those of schema 1 may lack the number.
  int first_schema = 1;
  /// One for each schema but the newest, the oldest first.
  std::span<const Upgrade> upgrades = {};

  /// The newest schema, which is written.
  constexpr int schema() const { return first_schema + static_cast<int>(upgrades.size()); }
};

struct Document {
  /// A value of the kind's newest schema, without the number.
  Value value;
  /// The schema that it had in the text.
  int written_as = 1;
};

/// Errors: not JSON, or of no schema of the kind (invalid); of a newer schema than this version
/// knows (conflict), with both numbers and what to do.
Result<Document> parse_document(const DocumentKind& kind, std::string_view text);

/// The text of a document: the value with the number of the kind's newest schema. `value` must be
/// an object without a member "schema".
std::string render_document(const DocumentKind& kind, Value value);

}  // namespace muster::json
