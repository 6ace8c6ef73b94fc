#pragma once
// A file with a table of fields as JSON, such as cluster.yaml: the canonical form of a
// specification, the problems of a file, the JSON Schema. Equal input gives equal bytes. The
// canonical form is itself a valid cluster.yaml.

#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "core/spec/fields.h"
#include "core/spec/parse.h"

namespace muster::spec {

/// A record of a table's, with every default written out, and the schema of what may be written.
nlohmann::json record_to_json(std::span<const Field> fields, const void* record);
nlohmann::ordered_json object_schema(std::span<const Field> fields);

/// The specification with every default written out. Unset optional values are left out; durations,
/// addresses and ranges are texts as in cluster.yaml.
nlohmann::json to_json(const ClusterSpec& spec);

/// [{"file", "line", "column", "message", "hint"}…]
nlohmann::json to_json(std::span<const Diagnostic> diagnostics);

/// {"file": …, "valid": …, "problems": […], "remarks": […]}; a file with remarks is
/// valid.
nlohmann::json to_json(std::string_view file, std::span<const Diagnostic> problems,
                       std::span<const Diagnostic> remarks = {});

/// A JSON Schema (draft 2020-12) of cluster.yaml, for editors and other programs. It refuses
/// nothing that the parser accepts, but for texts that YAML itself takes for a number or for true
/// and false; rules between fields are the parser's alone.
std::string render_json_schema();

}  // namespace muster::spec
